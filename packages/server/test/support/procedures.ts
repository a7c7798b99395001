import { TRPCError } from '@trpc/server'
import type { AccessToken } from '@trpc-hybrid/access-token'
import { testToken } from '@trpc-hybrid/access-token/testing'
import type { Context } from './trpc.ts'

/** Two ways in which a request's token is there: remembered, and yet to be verified. */
export const remembered = (token: AccessToken) => ({
  recall: () => token,
  authenticate: () => Promise.resolve(token),
})
export const notRemembered = (token: AccessToken) => ({
  recall: () => undefined,
  authenticate: () => Promise.resolve(token),
})

/** A request whose credentials are refused: by the header alone, or when they are verified. */
export function refused(error: Error) {
  const recall = () => {
    throw error
  }
  return { recall, authenticate: () => Promise.reject(error) }
}
export const refusedLater = (error: Error) => ({ ...refused(error), recall: () => undefined })

/** A token as if it had been verified. */
export const tokenWith = (...permissions: string[]) =>
  testToken({ subject: 'auth0|user', permissions })

/** The context of a call that came by no transport of ours. */
export function contextOf(sender: Pick<Context, 'authenticate' | 'recall'>): Context {
  return {
    ...sender,
    challenge: () => undefined,
    setHeader: () => undefined,
    setStatus: () => undefined,
    header: () => undefined,
    address: () => undefined,
    requestId: 'none',
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
