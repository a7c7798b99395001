import { initTRPC, type TRPCDefaultErrorShape } from '@trpc/server'
import {
  requireVerified,
  type AccessToken,
  type AuthError,
  requirePermissionsOf,
} from '@trpc-hybrid/access-token/engine'
import { createGuard, type HybridMeta } from 'trpc-hybrid/engine'

/** What every procedure is given. It is built per request, so it stays small. */
export interface Context {
  /**
   * The access token of the request, where it was verified before and needs no proof. `undefined`: ask
   * `authenticate`.
   *
   * @throws {AuthError} when the request carries none, or one that can't be valid
   */
  readonly recall: () => AccessToken | undefined
  /**
   * The verified access token of the request. It is verified once per request, however many procedures of a
   * batch ask for it. Rejects with an `AuthError` when the request carries none, or one that is not valid.
   */
  readonly authenticate: () => Promise<AccessToken>
  /** The value of `WWW-Authenticate` that belongs to a refusal; `undefined` where none belongs. */
  readonly challenge: (error: AuthError) => string | undefined
  /**
   * Sets a header of a successful answer over REST, such as `Location`. `Vary` and `Set-Cookie` are added to.
   * Over RPC it has no effect, because one response may carry the answers of many calls.
   *
   * @throws {TypeError} for what can't be sent, and for headers of framing and coding, such as `Content-Length`
   */
  readonly setHeader: (name: string, value: string) => void
  /** A log whose lines carry the request's id. It is created when it is first asked for. */
  readonly log: () => RequestLog
}

type WriteLine = (details: object, message: string) => void

/** What a procedure may write to the log. No token, and nothing that may hold a secret, belongs there. */
export type RequestLog = Readonly<Record<'debug' | 'info' | 'warn' | 'error', WriteLine>>

const t = initTRPC
  .context<Context>()
  .meta<HybridMeta>()
  .create({
    errorFormatter: ({ shape }) => shape as PublicShape,
  })

/** What clients are told of an error over RPC. The server fills it in. */
type PublicShape = TRPCDefaultErrorShape & {
  readonly data: TRPCDefaultErrorShape['data'] & {
    /** Where an input does not fit, from its root, and why. */
    readonly issues?: readonly {
      readonly path: readonly (string | number)[]
      readonly message: string
    }[]
    readonly permissions?: readonly string[]
  }
}

export const router = t.router

/** Anyone may call it. */
export const publicProcedure = t.procedure

/** Needs a valid access token and adds it to the context as `ctx.token`. */
export const protectedProcedure = t.procedure.use(
  createGuard(({ recall, authenticate }: Context) => {
    const token = recall()
    return token ? { token: requireVerified(token) } : authenticated(authenticate)
  }),
)

async function authenticated(authenticate: Context['authenticate']) {
  return { token: requireVerified(await authenticate()) }
}

// The third chain, `adminProcedure`, is `protectedProcedure.use(requirePermissions('read:admin-messages'))`.
// It is in messages/messages.router.ts: a permission belongs to the feature that asks for it.

/**
 * A middleware for `protectedProcedure` that lets a token through only when it holds every
 * permission named. On `publicProcedure`, where there is no token, it does not compile.
 *
 * @example const reportsProcedure = protectedProcedure.use(requirePermissions('read:reports'))
 */
export function requirePermissions(...permissions: [string, ...string[]]) {
  return createGuard(
    ({ token }: { token: AccessToken }): undefined => {
      requirePermissionsOf(token, permissions)
    },
    { permissions },
  )
}
