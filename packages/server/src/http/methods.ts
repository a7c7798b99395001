import { TRPCError } from '@trpc/server'
import type { RequestHandler } from 'express'

/** The last handler of a path: 405 with `Allow` (RFC 9110 §15.5.6). HEAD goes wherever GET does. */
export function refuseMethod(methods: readonly string[]): RequestHandler {
  const allow = (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ')
  return (_req, res) => {
    res.setHeader('allow', allow)
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
  }
}
