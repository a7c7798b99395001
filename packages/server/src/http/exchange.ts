import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { NodeRequest, type HybridRequest, type SuccessStatus } from 'trpc-hybrid/engine'
import type { AuthError } from '@trpc-hybrid/access-token/engine'
import type { RequestContext } from './context.ts'

/** What may be copied into a header and a log line unchanged. */
const SANE_ID = /^[\w.:-]{1,128}$/

/** A request and all that is known about it on its way through the server. */
export class Exchange extends NodeRequest {
  readonly req: Request
  readonly res: Response
  /** Names the request in the log and in `x-request-id`: the caller's own if it is sane, otherwise a new one. */
  readonly id: string
  /** The template of the procedure that it is for; `undefined` where it is for none. */
  route: string | undefined
  /** The trace that it belongs to, where there is tracing. */
  traceId: string | undefined
  /** What its procedures are given; absent until somebody asks. */
  context: RequestContext | undefined
  /** The subject of the verified access token; absent until there is one. */
  subject: string | undefined
  /** Why its credentials were refused; absent until they are. */
  refusal: AuthError | undefined
  /** The refusal of a good token that lacks a permission; absent until there is one. */
  denial: AuthError | undefined
  /** Headers that its procedures set; absent until one does. */
  replyHeaders: Headers | undefined
  /** The status that its procedure chose; absent until it does. */
  replyStatus: SuccessStatus | undefined
  /** Whether the only thing that went wrong is that nobody is left to answer. */
  hungUp: boolean

  constructor(req: Request, res: Response) {
    super(req, res)
    const given = req.headers['x-request-id']
    this.req = req
    this.res = res
    this.id = typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID()
    this.route = undefined
    this.traceId = undefined
    this.context = undefined
    this.subject = undefined
    this.refusal = undefined
    this.denial = undefined
    this.replyHeaders = undefined
    this.replyStatus = undefined
    this.hungUp = false
  }
}

/** The exchange behind a request that was given to the procedures: this server gives them nothing else. */
export function asExchange(request: HybridRequest): Exchange {
  if (request instanceof Exchange) return request
  throw new TypeError('The request was not made by this server')
}

/** Goes on to the next step, or with an error to the answer of it. */
export type Next = (error?: unknown) => void

/** One step of what is done with a request. What it throws, or rejects with, is answered as an error. */
export type Step = (exchange: Exchange, next: Next) => void | PromiseLike<void>
