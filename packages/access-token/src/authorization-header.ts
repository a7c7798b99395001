import { invalidRequest, MISSING_TOKEN } from './errors.ts'
import { schemeOf, type Scheme } from './scheme.ts'

export interface Credentials {
  readonly scheme: Scheme
  readonly token: string
}

/** RFC 6750 §2.1. */
const B64TOKEN = /^[\w.~+/-]+=*$/

/**
 * Finds the access token of a request in its `Authorization` header (RFC 6750 §2.1, RFC 9449 §7.1). It is
 * accepted nowhere else (RFC 9700 §4.3.2). Its syntax is not checked: `requireWellFormed` does that, which a
 * token that was verified before doesn't need.
 *
 * @param rawHeaders names and values by turns, as Node gives them: only there does a second header show
 * @throws {AuthError} `missing_token` without credentials of a supported scheme, `invalid_request` when there
 *   are more than one or the scheme is not followed by a space
 */
export function findCredentials(rawHeaders: readonly string[]): Credentials {
  const [value, ...more] = headerValues(rawHeaders, 'authorization')
  if (more.length > 0) throw invalidRequest()
  const scheme = schemeOf(value)
  if (value === undefined || scheme === undefined) throw MISSING_TOKEN
  const rest = value.slice(scheme.length)
  const token = rest.replace(/^ +/, '')
  if (token === rest) throw invalidRequest()
  return { scheme, token }
}

/** @throws {AuthError} `invalid_request` for a token that is malformed */
export function requireWellFormed(token: string): void {
  if (!B64TOKEN.test(token)) throw invalidRequest()
}

/** Every value of one header, in the order of arrival. `name` is in lower case. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const given = rawHeaders[i] ?? ''
    if (given.length === name.length && given.toLowerCase() === name) {
      values.push(rawHeaders[i + 1] ?? '')
    }
  }
  return values
}
