import type { AnyRouter } from '@trpc/server'
import express, { type Express } from 'express'
import { createOpenApiExpressMiddleware } from 'trpc-openapi'
import { judge } from '../../src/http/judge.ts'
import type { Context } from './trpc.ts'

/** A router served by trpc-openapi's own handler, with our bodies for errors: what ours is held to. */
export function createReference(router: AnyRouter, context: Context): Express {
  const app = express()
  app.use(
    createOpenApiExpressMiddleware({
      router: router,
      createContext: () => context,
      onError: ({ error }: { error: unknown }) => {
        throw error as Error
      },
    }),
  )
  // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters
  app.use(((error: unknown, _req, res, _next) => {
    const { status, message, issues } = judge(error)
    res.status(status).type('json').send(JSON.stringify({ message, issues }))
  }) satisfies express.ErrorRequestHandler)
  return app
}
