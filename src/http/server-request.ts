import type { Request, Response } from 'express'
import { NodeRequest } from '../../packages/trpc-hybrid/src/engine.ts'

/** A request on its way through the procedures, with the one that Express knows. */
export class ServerRequest extends NodeRequest {
  readonly req: Request
  readonly res: Response
  /** Whether the only thing that went wrong is that nobody is left to answer. */
  hungUp: boolean

  constructor(req: Request, res: Response) {
    super(req, res, req.originalUrl)
    this.req = req
    this.res = res
    this.hungUp = false
  }
}
