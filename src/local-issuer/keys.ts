import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose'

/** The one algorithm of the issuer, for access tokens and ID tokens; Auth0's default. */
export const SIGNING_ALG = 'RS256'

export interface SigningKey {
  readonly privateJwk: JWK
  readonly publicKey: CryptoKey
}

/** A new signing key. It lives as long as the process: a restart makes older tokens invalid. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(SIGNING_ALG, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { privateJwk: { ...jwk, kid: randomUUID(), alg: SIGNING_ALG, use: 'sig' }, publicKey }
}
