import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'

/** The one algorithm of the issuer, for access tokens and ID tokens; Auth0's default. */
export const SIGNING_ALG = 'RS256'

export interface SigningKey {
  readonly privateJwk: JWK
  readonly publicKey: CryptoKey
}

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(SIGNING_ALG, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { privateJwk: { ...jwk, kid: randomUUID(), alg: SIGNING_ALG, use: 'sig' }, publicKey }
}

/** @throws {Error} when it is not a private RSA key */
export async function readSigningKey(privateJwk: JWK): Promise<SigningKey> {
  const { kty, n, e } = privateJwk
  await importJWK(privateJwk, SIGNING_ALG)
  const publicKey = (await importJWK({ kty, n, e } as JWK, SIGNING_ALG)) as CryptoKey
  return { privateJwk, publicKey }
}
