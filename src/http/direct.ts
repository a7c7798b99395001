import type { AnyProcedure } from '@trpc/server'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { CreateContext } from './context.ts'

interface DirectOptions {
  /** The procedure's path in the router, such as `messages.public`. */
  readonly name: string
  readonly procedure: AnyProcedure
  readonly createContext: CreateContext
  readonly send: (res: Response, data: unknown) => void
}

const noInput = () => Promise.resolve(undefined)

/** Whether nothing of a request is read but its headers. */
export function takesInput({ _def }: AnyProcedure): boolean {
  return (_def as unknown as { inputs: readonly unknown[] }).inputs.length > 0
}

/**
 * Calls a query that takes no input with all of its chain, and without the `URL`, `Request`, abort
 * signal and caller proxy that trpc-openapi and tRPC's adapter build to read an input. Errors go to
 * the error handler, as those of the adapters do.
 */
export function createDirect({
  name,
  procedure,
  createContext,
  send,
}: DirectOptions): RequestHandler {
  const call = procedure as unknown as (options: object) => Promise<unknown>
  return function callDirectly(req: Request, res: Response, next: NextFunction) {
    const ctx = createContext(req)
    call({ ctx, getRawInput: noInput, path: name, type: 'query' }).then((data) => {
      try {
        send(res, data)
      } catch (error) {
        next(error)
      }
    }, next)
  }
}
