import express, { type Express } from 'express'
import { createOpenApiExpressMiddleware } from 'trpc-openapi'
import { restErrorBody } from '../../src/http/errors.ts'
import { toPublicError } from '../../packages/trpc-hybrid/src/public-error.ts'
import type { ApiRouter, Context } from '../../src/trpc.ts'

/** A router served by trpc-openapi's own handler, with our bodies for errors: what ours is held to. */
export function createReference(router: ApiRouter, context: Context): Express {
  const app = express()
  app.use(
    createOpenApiExpressMiddleware({
      router,
      createContext: () => context,
      onError: ({ error }: { error: unknown }) => {
        throw error as Error
      },
    }),
  )
  // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters
  app.use(((error: unknown, _req, res, _next) => {
    res.status(toPublicError(error).status).type('json').send(restErrorBody(error))
  }) satisfies express.ErrorRequestHandler)
  return app
}
