import type { IncomingHttpHeaders } from 'node:http'
import {
  createGuard as createPlainGuard,
  isThenable,
  type GuardDescription,
} from 'trpc-hybrid/engine'
import { credentialsIn } from './http/context.ts'
import { challengedBy } from './http/challenged.ts'
import { findAuthError } from './http/find-auth-error.ts'
import { judge } from './http/judge.ts'

/** What guards may know of a request. Procedures don't see its cookies, which are credentials. */
export interface GuardRequest {
  /** By their names in lower case; none where no request made the call. */
  readonly headers: Readonly<IncomingHttpHeaders>
}

export interface GuardOptions extends GuardDescription {
  /**
   * The value of `WWW-Authenticate` in its 401 (RFC 9110 §11.6.1), such as `ApiKey realm="shop"`. There is none unless
   * it is said: that of an access token would send clients to the wrong place.
   */
  readonly challenge?: string
}

const NO_HEADERS = {}

/**
 * A middleware that asks something of the caller, such as an API key, and does nothing else. A procedure with it is
 * described as one that needs its `scheme`, which `defineApi` describes in `securitySchemes`. Wrong credentials of
 * another scheme than `bearer`, which are refused with `UNAUTHORIZED`, count in the limit of failed authentications.
 *
 * @param check throws, or gives what is added to the context, or a promise of that
 * @throws {TypeError} for a permission that no challenge can name, and for a challenge that no header can hold
 * @example createGuard((_ctx, { headers }) => ({ app: appOf(headers['x-api-key']) }), { scheme: 'apiKey' })
 */
export function createGuard<Ctx extends object, Added extends object | undefined>(
  check: (ctx: Ctx, request: GuardRequest) => Added | PromiseLike<Added>,
  { challenge, ...description }: GuardOptions = {},
) {
  const { scheme = 'bearer' } = description
  const challenged = challenge === undefined ? undefined : challengedBy(challenge)
  return createPlainGuard((ctx: Ctx): Added | PromiseLike<Added> => {
    const credentials = credentialsIn(ctx)
    const refuse = async (error: unknown): Promise<never> => {
      if (scheme === 'bearer' || !isUnauthorized(error)) throw error
      await credentials?.countFailure(scheme)
      throw challenged?.(error) ?? error
    }
    try {
      const added = check(ctx, { headers: credentials?.headers ?? NO_HEADERS })
      return isThenable(added) ? added.then(undefined, refuse) : added
    } catch (error) {
      return refuse(error)
    }
  }, description)
}

/** Refusals of access tokens are counted before any guard runs. */
const isUnauthorized = (error: unknown): boolean =>
  judge(error).status === 401 && !findAuthError(error)
