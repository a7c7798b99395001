import { AUTH0_CLAIM, toAccessToken, type AccessToken } from './access-token.ts'

export interface TestTokenOptions {
  readonly subject?: string | undefined
  readonly permissions?: readonly string[] | undefined
  /** Claims beside `sub` and `permissions`. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** A token as if it had been verified, for unit tests and for work that no request asked for. */
export function testToken(options: TestTokenOptions = {}): AccessToken {
  const { subject, permissions = [], claims = {} } = options
  const sub = subject === undefined ? {} : { sub: subject }
  return toAccessToken({ ...claims, ...sub, [AUTH0_CLAIM]: [...permissions] }, AUTH0_CLAIM)
}
