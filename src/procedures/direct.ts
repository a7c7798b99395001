import type { AnyProcedure } from '@trpc/server'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { CreateContext } from '../http/context.ts'
import { createCall, type CallProcedure } from './call.ts'
import type { Deadlines } from './deadlines.ts'
import { unsettled } from './unsettled.ts'

interface DirectOptions {
  /** The procedure's path in the router, such as `messages.public`. */
  readonly name: string
  readonly procedure: AnyProcedure
  readonly createContext: CreateContext
  readonly deadlines: Deadlines
  /** Absent for a procedure without an input. */
  readonly readInput?: (req: Request) => unknown
  readonly send: (res: Response, data: unknown) => void
}

/**
 * Calls a procedure with all of its chain, and without the `URL`, `Request`, abort signal and caller
 * proxy that the adapters of trpc-openapi and tRPC build for each request. Errors go to the error
 * handler.
 */
export function createDirect(options: DirectOptions): RequestHandler {
  const { name, procedure, createContext, deadlines, readInput, send } = options
  const call = procedure as unknown as CallProcedure
  const { type } = procedure._def
  return function callDirectly(req: Request, res: Response, next: NextFunction) {
    const ctx = createContext(req)
    const getRawInput = async () => Promise.resolve(readInput?.(req))
    const options = { ctx, getRawInput, path: name, type, batchIndex: 0 }
    const deadline = deadlines.begin(res, (reason) => {
      next(unsettled(reason, name))
    })
    call(createCall(deadline, options)).then(
      (data) => {
        if (!deadline.settle()) return
        try {
          send(res, data)
        } catch (error) {
          next(error)
        }
      },
      (error: unknown) => {
        if (deadline.settle()) next(deadline.told ? unsettled(deadline.told, name) : error)
      },
    )
  }
}
