import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import { bodyRefusal, cutUnread, readBody } from 'trpc-hybrid/engine'

/** What a handler is given of a request, by Express. */
export interface RouteRequest extends IncomingMessage {
  /** What stands in its path at `:name`. */
  readonly params: Readonly<Record<string, string | string[]>>
  readonly originalUrl: string
}

/** What a handler answers by. */
export interface RouteResponse extends ServerResponse {
  readonly status: (code: number) => this
  readonly json: (body: unknown) => this
}

/** A method, so that a handler or router written for Express is one too. */
interface Handling {
  handle(req: RouteRequest, res: RouteResponse, next: (error?: unknown) => void): unknown
}

/** Answers, or goes on. What it throws or rejects with is answered as an error of a procedure is. */
export type RouteHandler = Handling['handle']

type AddRoute = (path: string, ...handlers: RouteHandler[]) => unknown

/** A router of Express, to which an app adds routes of its own. */
export interface OwnRoutes {
  readonly get: AddRoute
  readonly post: AddRoute
  readonly put: AddRoute
  readonly patch: AddRoute
  readonly delete: AddRoute
  readonly all: AddRoute
  /** What serves every path below that one, such as an Express router. */
  readonly use: AddRoute
}

const MAX_BYTES = 100 * 1024

/**
 * The bytes of a request's body as they were sent, such as those that an HMAC is made over.
 *
 * @throws {TRPCError} 413 for more than 100 KiB, 408 where they don't come in time
 */
export async function rawBody(req: RouteRequest): Promise<Uint8Array> {
  try {
    return await readBody(req, { maxBytes: MAX_BYTES })
  } catch (error) {
    const { res } = req as unknown as Request
    if (res) cutUnread(req, res)
    throw bodyRefusal(error)
  }
}
