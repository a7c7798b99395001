import { initTRPC, TRPCError } from '@trpc/server'
import { TRPC_ERROR_CODES_BY_KEY, type TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import type { AccessToken } from './auth/access-token.ts'
import { AuthError, type AuthErrorCode } from './auth/errors.ts'
import { requirePermissionsOf } from './auth/permissions.ts'
import { asGuard } from './procedures/guard.ts'
import type { ApiMeta } from './procedures/meta.ts'
import { findAuthError, toPublicError, trpcCodeOf } from './public-error.ts'

/** What every procedure is given. It is built per request, so it stays small. */
export interface Context {
  /**
   * The verified access token of the request. It is verified once per request, however many procedures of a
   * batch ask for it.
   *
   * @throws {AuthError} when the request carries none, or one that is not valid
   */
  readonly authenticate: () => AccessToken | Promise<AccessToken>
  /** The value of `WWW-Authenticate` that belongs to a refusal; `undefined` where none belongs. */
  readonly challenge: (error: AuthError) => string | undefined
  /**
   * Sets a header of a successful answer over REST, such as `Location`. Over RPC it has no effect, because
   * one response may carry the answers of many calls.
   */
  readonly setHeader: (name: string, value: string) => void
  /** A log whose lines carry the request's id. It is created when it is first asked for. */
  readonly log: () => RequestLog
}

type WriteLine = (details: object, message: string) => void

/** What a procedure may write to the log. No token, and nothing that may hold a secret, belongs there. */
export type RequestLog = Readonly<Record<'debug' | 'info' | 'warn' | 'error', WriteLine>>

const TRPC_CODES: Record<AuthErrorCode, TRPC_ERROR_CODE_KEY> = {
  missing_token: 'UNAUTHORIZED',
  invalid_request: 'BAD_REQUEST',
  invalid_token: 'UNAUTHORIZED',
  invalid_dpop_proof: 'UNAUTHORIZED',
  insufficient_scope: 'FORBIDDEN',
  keys_unavailable: 'SERVICE_UNAVAILABLE',
  proofs_unavailable: 'SERVICE_UNAVAILABLE',
}

const t = initTRPC
  .context<Context>()
  .meta<ApiMeta>()
  .create({
    isDev: false, // a stack must not reach a client, in any mode
    errorFormatter({ shape, error }) {
      const { status, message, issues } = toPublicError(error)
      const refusal = findAuthError(error)
      const permissions = refusal?.permissions ?? []
      const code = refusal ? TRPC_CODES[refusal.code] : trpcCodeOf(error)
      return {
        ...shape,
        code: TRPC_ERROR_CODES_BY_KEY[code],
        message,
        data: {
          ...shape.data,
          code,
          httpStatus: status,
          ...(issues && { issues }),
          ...(permissions.length > 0 && { permissions }),
        },
      }
    },
  })

function refuse(error: unknown): never {
  throw error instanceof AuthError
    ? new TRPCError({ code: TRPC_CODES[error.code], cause: error })
    : error
}

const toContext = (token: AccessToken) => ({ token })

/** Gives no promise where the token is remembered. */
function authenticate(ctx: Context): { token: AccessToken } | Promise<{ token: AccessToken }> {
  try {
    const token = ctx.authenticate()
    return token instanceof Promise ? token.then(toContext, refuse) : toContext(token)
  } catch (error) {
    refuse(error)
  }
}

/** Verifies the access token. */
export const authenticated = asGuard(
  t.middleware(async ({ ctx, next }) => next({ ctx: await authenticate(ctx) })),
  { check: authenticate, permissions: [] },
)

export const router = t.router

/** Any router of this API, whatever its procedures. */
export type ApiRouter = ReturnType<typeof router>

/** Anyone may call it. */
export const publicProcedure = t.procedure

/** Needs a valid access token and adds it to the context as `ctx.token`. */
export const protectedProcedure = t.procedure.use(authenticated)

// The third chain, `adminProcedure`, is `protectedProcedure.use(requirePermissions('read:admin-messages'))`.
// It is in messages/messages.router.ts: a permission belongs to the feature that asks for it.

const afterAuthentication = initTRPC
  .context<Context & { token: AccessToken }>()
  .meta<ApiMeta>()
  .create()

/**
 * A middleware for `protectedProcedure` that lets a token through only when it holds every
 * permission named. On `publicProcedure`, where there is no token, it does not compile.
 *
 * @example const reportsProcedure = protectedProcedure.use(requirePermissions('read:reports'))
 */
export function requirePermissions(...permissions: [string, ...string[]]) {
  const check = ({ token }: { token: AccessToken }): undefined => {
    try {
      requirePermissionsOf(token, permissions)
    } catch (error) {
      refuse(error)
    }
  }
  const middleware = afterAuthentication.middleware(({ ctx, next }) => {
    check(ctx)
    return next()
  })
  return asGuard(middleware, { check, permissions })
}
