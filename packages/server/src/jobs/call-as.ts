import type { AnyRouter } from '@trpc/server'

/** As whom a job calls. */
export interface Person {
  readonly subject?: string | undefined
  readonly permissions?: readonly string[] | undefined
  /** Claims that guards of the app's own read, beside `sub` and `permissions`. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** Calls procedures as a person. */
export type CallerOf<Router extends AnyRouter> = ReturnType<Router['createCaller']>

/** Runs `work` with a caller of the router's procedures, which is good until `work` has settled. */
export type CallAs<Router extends AnyRouter> = <Result>(
  person: Person,
  work: (caller: CallerOf<Router>) => Result | PromiseLike<Result>,
) => Promise<Result>
