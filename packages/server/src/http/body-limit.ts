import { TRPCError } from '@trpc/server'
import type { Routes } from 'trpc-hybrid/engine'
import type { Step } from './exchange.ts'

export interface BodyLimitOptions {
  /** Of a body, unless the procedure that it is for says itself how many it may have. */
  readonly maxBytes: number
  readonly operations: Routes['operations']
  readonly rpcPath: string
}

/**
 * Refuses a body that says it is larger than it may be before any of it is read. One that does not
 * say its length is counted by whoever reads it.
 */
export function createBodyLimit(options: BodyLimitOptions): Step {
  const own = ownLimits(options)
  return ({ req, res, route }, next) => {
    const length = Number(req.headers['content-length'] ?? 0)
    if (length <= (own.get(`${req.method} ${route ?? ''}`) ?? options.maxBytes)) {
      next()
      return
    }
    res.setHeader('connection', 'close')
    throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' })
  }
}

/** By method and route, over REST and RPC. A batch has none. */
function ownLimits({ operations, rpcPath }: BodyLimitOptions): ReadonlyMap<string, number> {
  const limits = operations.flatMap(({ name, method, template, maxBytes }) =>
    maxBytes === undefined
      ? []
      : [
          [`${method} ${template.path}`, maxBytes] as const,
          [`POST ${rpcPath}/${name}`, maxBytes] as const,
        ],
  )
  return new Map(limits)
}
