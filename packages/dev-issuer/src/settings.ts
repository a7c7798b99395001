import { LOOPBACK_ORIGIN, originOf } from './origin.ts'

/** What the parts of the local issuer share. */
export interface IssuerSettings {
  /** With the slash at the end, as Auth0's. */
  readonly issuer: string
  /** The identifier of the API: the only value that a client may ask for as `audience`. */
  readonly audience: string
  /** Addresses of the API, which a client may ask for as `resource` (RFC 8707) too. */
  readonly resources: readonly string[]
  /** Every permission that the API asks for. */
  readonly permissions: readonly string[]
  /**
   * Origins that may get codes and tokens, and to which log-out may return, beside every one on this machine.
   */
  readonly allowedOrigins: readonly string[]
  /** Told of failures that are the issuer's own fault. */
  readonly onError: (error: unknown) => void
}

/** Pages on this machine may always sign in, as they may call the API in development. */
export const isAllowedOrigin = (origin: string, allowedOrigins: readonly string[]) =>
  allowedOrigins.includes(origin) || LOOPBACK_ORIGIN.test(origin)

/** Any address on an allowed origin; no fragment (RFC 6749 section 3.1.2), no user name. */
export function isAllowedAddress(text: string, allowedOrigins: readonly string[]): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false
  const url = new URL(text)
  return (
    url.username === '' && url.password === '' && isAllowedOrigin(originOf(url), allowedOrigins)
  )
}
