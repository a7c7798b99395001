import type { MiddlewareResult } from './trpc/internals.ts'

/** What a guard keeps at its middleware. */
export interface Guard {
  /** Throws, or gives what the context has more of from then on. */
  readonly check: (ctx: never) => undefined | object | Promise<object>
  /** The name of the security scheme that it is, as in the description. */
  readonly scheme: string
  readonly permissions: readonly string[]
}

/** What a guard uses of a middleware's options. */
export interface GuardOptions<Ctx> {
  readonly ctx: Ctx
  readonly next: <Added>(changes: { ctx: Added }) => Promise<MiddlewareResult<Added>>
}

export interface GuardDescription {
  /** The name of its security scheme: `bearer` unless it is said. */
  readonly scheme?: string
  /** Those that it asks for. */
  readonly permissions?: readonly string[]
}

/**
 * A middleware that asks something of the caller, and does nothing else. That is why its check can run without
 * the middleware around it. A procedure with a guard is described as one that needs its scheme.
 *
 * @param ask throws, or gives what is added to the context
 */
export function createGuard<Ctx, Added extends object | undefined>(
  ask: (ctx: Ctx) => Added | Promise<Added>,
  { scheme = 'bearer', permissions = [] }: GuardDescription = {},
) {
  const middleware = async ({ ctx, next }: GuardOptions<Ctx>) => next({ ctx: await ask(ctx) })
  return Object.assign(middleware, { check: ask, scheme, permissions })
}
