import type { Request, RequestHandler, Response } from 'express'
import { errorHeaders } from '../http/errors.ts'
import { isHangUp } from '../http/report-error.ts'
import { CLIENT_CLOSED_REQUEST } from '../http/when-over.ts'
import { findAuthError } from '../public-error.ts'
import type { End } from '../speed/end-together.ts'
import type { Context } from '../trpc.ts'
import { createAdapter, type AdapterOptions } from './adapter.ts'
import { answerCalls, answerFailure, type Answer } from './answer.ts'
import { readRequest, type RpcRequest } from './request.ts'
import { runCalls } from './run.ts'

/** tRPC's own `Vary`, and that of CORS. */
const VARY = 'trpc-accept, accept, Origin'

export interface RpcOptions extends AdapterOptions {
  readonly end: End
}

/**
 * Serves the router as tRPC over HTTP: JSON in one pass, the rest by tRPC's own adapter. The adapter could
 * do it all, but it builds a `URL`, a `Request`, a `Response`, web streams and three abort signals for each
 * request. `test/rpc/reference.test.ts` checks that the answers are the same.
 */
export function createRpcHandler(options: RpcOptions): RequestHandler {
  const { router, createContext, reportError, end, deadlines } = options
  const adapter = createAdapter(options)

  return async function serveRpc(req, res, next) {
    const ctx = createContext(req)
    let request: RpcRequest | undefined
    let answer: Answer
    try {
      request = readRequest(req, options)
      if (!request) {
        void adapter(req, res, next)
        return
      }
      const outcomes = await runCalls(request, { ctx, res, deadlines })
      answer = answerCalls(request, outcomes, { router, ctx })
    } catch (cause) {
      answer = answerFailure(cause, { router, ctx, request })
    }
    for (const error of answer.errors) reportError(error, req)
    setHeaders(req, answer, ctx)
    end(res, answer.body)
  }
}

function setHeaders(req: Request, { status, errors }: Answer, { challenge }: Context): void {
  const res = req.res as Response
  const refusal = errors.find(findAuthError)
  if (refusal) res.setHeaders(errorHeaders(refusal, challenge))
  res.statusCode = errors.some((error) => isHangUp(error, req)) ? CLIENT_CLOSED_REQUEST : status
  res.setHeader('content-type', 'application/json')
  res.setHeader('vary', VARY)
}
