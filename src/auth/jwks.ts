import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import { z } from 'zod'

const FETCH_TIMEOUT_MS = 5_000
const MAX_RESPONSE_BYTES = 512 * 1024
const MIN_RSA_BITS = 2048 // RFC 7518 §3.3

const Metadata = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
  token_endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
})
const Jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What is known of an issuer. The keys alone matter here; where one signs in is for the descriptions. */
export interface IssuerMetadata {
  readonly issuer: string
  readonly jwksUri: string
  readonly authorizationEndpoint?: string | undefined
  readonly tokenEndpoint?: string | undefined
}

/** An issuer with Auth0's addresses, which need no discovery. @param issuer ends with a slash */
export function auth0Metadata(issuer: string): Required<IssuerMetadata> {
  return {
    issuer,
    jwksUri: `${issuer}.well-known/jwks.json`,
    authorizationEndpoint: `${issuer}authorize`,
    tokenEndpoint: `${issuer}oauth/token`,
  }
}

/**
 * Finds an issuer's keys by OpenID Connect Discovery 1.0 §4, of which RFC 8414 §3 is the general form.
 *
 * @throws when the document can't be had, or speaks for another issuer (§4.3)
 */
export async function discover(baseUrl: string, fetch: Fetch): Promise<IssuerMetadata> {
  const url = `${withoutSlash(baseUrl)}/.well-known/openid-configuration`
  const metadata = Metadata.parse(await fetchJson(url, fetch))
  if (withoutSlash(metadata.issuer) !== withoutSlash(baseUrl)) {
    throw new Error('The discovery document is for another issuer')
  }
  if (new URL(metadata.jwks_uri).protocol !== new URL(baseUrl).protocol) {
    throw new Error('The discovery document names a jwks_uri with another protocol')
  }
  return {
    issuer: metadata.issuer,
    jwksUri: metadata.jwks_uri,
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
  }
}

const withoutSlash = (url: string) => url.replace(/\/$/, '')

/**
 * Fetches a JWK set (RFC 7517 §5) and keeps the keys that can verify a signature.
 *
 * @throws when there is not one such key, so that a broken set never replaces a good one
 */
export async function fetchSigningKeys(jwksUri: string, fetch: Fetch): Promise<JWK[]> {
  const { keys } = Jwks.parse(await fetchJson(jwksUri, fetch))
  const usable = (keys as JWK[]).filter(isSigningKey)
  if (usable.length === 0) throw new Error('The JWK set holds no key that can verify a signature')
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

/** Time and size are bounded, and a redirect is not followed: the keys' address was configured. */
async function fetchJson(url: string, fetch: Fetch): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`The issuer answered with status ${response.status}`)
  }
  return JSON.parse(await readBounded(response))
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > MAX_RESPONSE_BYTES) throw new Error('The response of the issuer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
