import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import { fetchJson, type Fetch } from './fetch-json.ts'
import { IssuerError } from './issuer-error.ts'
import { fieldsOf } from './json-object.ts'

const MIN_RSA_BITS = 2048 // RFC 7518 §3.3

/** A larger set is refused as a whole: importing keys takes time, in which no request is answered. */
const MAX_KEYS = 100

/**
 * Fetches a JWK set (RFC 7517 §5) and keeps the keys that can verify a signature.
 *
 * @throws {IssuerError} when there is no such key, or more than 100 of any kind, so that a broken set
 *   never replaces a good one
 */
export async function fetchSigningKeys(jwksUri: string, fetch: Fetch): Promise<JWK[]> {
  const { keys } = fieldsOf(await fetchJson(jwksUri, fetch))
  if (!Array.isArray(keys)) throw new IssuerError('no_key_set', { url: jwksUri })
  if (keys.length > MAX_KEYS) throw new IssuerError('too_many_keys', { url: jwksUri })
  const usable = keys.filter(isSigningKey)
  if (usable.length === 0) throw new IssuerError('no_keys', { url: jwksUri })
  return usable
}

function isSigningKey(value: unknown): value is JWK {
  const { use = 'sig', d } = fieldsOf(value)
  if (use !== 'sig' || d !== undefined) return false // a published private key (`d`) is everybody's
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: { ...(value as JWK) }, format: 'jwk' })
    const { modulusLength = Infinity } = asymmetricKeyDetails ?? {} // RSA alone has one
    return modulusLength >= MIN_RSA_BITS
  } catch {
    return false // a symmetric key, or not a key at all
  }
}
