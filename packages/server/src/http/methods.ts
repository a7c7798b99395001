import { TRPCError } from '@trpc/server'
import type { RequestHandler } from 'express'
import type { Routes } from 'trpc-hybrid/engine'
import type { Step } from './exchange.ts'

/** The last handler of a path: 405 with `Allow` (RFC 9110 §15.5.6). HEAD goes wherever GET does. */
export function refuseMethod(methods: readonly string[]): RequestHandler {
  const allow = (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ')
  return (_req, res) => {
    res.setHeader('allow', allow)
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
  }
}

/** The same at the paths of procedures, where no route of the app's own has the method either. */
export function createMethodRefusal({ find }: Routes): Step {
  return (exchange, next) => {
    const route = find(exchange.method, exchange.path)
    if (!route?.allow) {
      next()
      return
    }
    exchange.route = route.template
    exchange.res.setHeader('allow', route.allow.join(', '))
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
  }
}
