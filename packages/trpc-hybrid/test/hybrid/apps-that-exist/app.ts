import type { AnyRouter } from '@trpc/server'
import type { Hybrid } from 'trpc-hybrid'

/** Whoever calls, as an app of its own would find out: by a cookie, a key or a token. */
export interface Caller {
  readonly user: string | undefined
  readonly key: string | undefined
}

export const callerOf = ({ headers }: Request): Caller => ({
  user: /session=(\w+)/.exec(headers.get('cookie') ?? '')?.[1],
  key: headers.get('x-api-key') ?? undefined,
})

/** How a procedure is called, and what comes of it, over REST and RPC alike. */
export interface Sample {
  /** What a typed client sends; nothing where the procedure takes nothing. */
  readonly send?: unknown
  /** The answer as JSON. `null` for nothing. */
  readonly answer: unknown
  /** Inputs that are refused. */
  readonly unfit?: readonly unknown[]
  /** Whether anonymous callers are refused. */
  readonly guarded?: boolean
}

/** A router as somebody wrote it who did not know of this package, and how it is called. */
export interface App {
  readonly hybrid: Hybrid<Caller>
  readonly router: AnyRouter
  /** By procedure; each has one, but for subscriptions and those that are told apart. */
  readonly samples: Readonly<Record<string, Sample>>
  /** What makes a native value of what is sent over RPC. */
  readonly transformer?: 'superjson'
}
