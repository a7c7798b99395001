import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import { z } from 'zod'
import { fetchJson, type Fetch } from './fetch-json.ts'
import { IssuerError } from './issuer-error.ts'

const MIN_RSA_BITS = 2048 // RFC 7518 §3.3

const Jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

/**
 * Fetches a JWK set (RFC 7517 §5) and keeps the keys that can verify a signature.
 *
 * @throws {IssuerError} when there is not one such key, so that a broken set never replaces a good one
 */
export async function fetchSigningKeys(jwksUri: string, fetch: Fetch): Promise<JWK[]> {
  const { data: set } = Jwks.safeParse(await fetchJson(jwksUri, fetch))
  if (!set) throw new IssuerError('no_key_set', { url: jwksUri })
  const usable = (set.keys as JWK[]).filter(isSigningKey)
  if (usable.length === 0) throw new IssuerError('no_keys', { url: jwksUri })
  return usable
}

function isSigningKey(jwk: JWK): boolean {
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    const { modulusLength = Infinity } = asymmetricKeyDetails ?? {} // RSA alone has one
    return modulusLength >= MIN_RSA_BITS
  } catch {
    return false // a symmetric key, or not a key at all
  }
}
