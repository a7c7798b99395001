import { TRPCError } from '@trpc/server'
import type { Context } from '../../src/trpc.ts'

/** The context of a call that came by no transport of ours. */
export function contextOf(authenticate: Context['authenticate']): Context {
  return {
    authenticate,
    challenge: () => undefined,
    setHeader: () => undefined,
    log: () => console,
  }
}

/** What came of a call, as far as two ways to make it must agree. */
export async function outcomeOf(call: () => Promise<unknown>): Promise<object> {
  try {
    return { data: await call() }
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error
    const { code, message, cause } = error
    return { code, message, cause: cause && { name: cause.name, message: cause.message } }
  }
}
