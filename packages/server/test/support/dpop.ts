import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, CompactSign, type JWK } from 'jose'

export interface ProofOptions {
  readonly url: string
  readonly method?: string
  readonly token?: string
  /** Over the defaults; `undefined` takes a claim away. */
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  /** In place of `iat`, as JSON: `1e999` is no number that JavaScript could write. */
  readonly iatText?: string
}

/** A client's key and the proofs made with it (RFC 9449 §4.2). */
export async function createDpopKey(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk: JWK = await exportJWK(publicKey)
  const privateJwk: JWK = await exportJWK(privateKey)

  async function prove({ url, method = 'GET', token, ...options }: ProofOptions) {
    const { claims = {}, header = {}, iatText } = options
    const payload = {
      jti: randomUUID(),
      htm: method,
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      ...(token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') }),
      ...claims,
    }
    const text = JSON.stringify(payload, (name, value: unknown) =>
      name === 'iat' && iatText !== undefined ? 'IAT' : value,
    ).replace('"IAT"', iatText ?? '')
    return new CompactSign(new TextEncoder().encode(text))
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header })
      .sign(privateKey)
  }

  return { prove, jwk, privateJwk, thumbprint: await calculateJwkThumbprint(jwk) }
}
