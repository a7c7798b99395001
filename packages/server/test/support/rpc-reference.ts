import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express, { type RequestHandler } from 'express'
import { MISSING_TOKEN } from '@trpc-hybrid/access-token/engine'
import { createRoutes, NodeRequest, sendAnswer } from 'trpc-hybrid/engine'
import type { RequestContext } from '../../src/http/context.ts'
import type { AnyRouter } from '@trpc/server'
import { withPublicErrors } from '../../../trpc-hybrid/src/errors/public-errors.ts'
import { judge } from '../../src/http/judge.ts'
import { baseUrl, closeServer, listenOnLoopback } from './http.ts'
import { contextOf, refused } from './procedures.ts'

const MAX_BATCH_SIZE = 10
const MAX_BODY_BYTES = 1024

/** One request, sent as it is: nothing in its URL is put in order. */
export interface RpcSent {
  readonly method: string
  /** Behind `/trpc`. */
  readonly target: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** What tRPC decides of an answer. */
export interface RpcAnswer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly vary: string | undefined
  readonly body: string
}

const stranger = contextOf(refused(MISSING_TOKEN))
const context: RequestContext = { ...stranger, identify: stranger.authenticate }

/**
 * A router served twice: by us, and by tRPC's own adapter for Express.
 *
 * @returns `ask`, which sends the same request to both
 */
export async function serveBothWays(createRouter: () => AnyRouter) {
  const createContext = () => context
  const routes = createRoutes({
    router: createRouter(),
    limits: { bodyBytes: MAX_BODY_BYTES, batch: MAX_BATCH_SIZE },
  })
  const ours = await listen((req, res) => {
    const request = new NodeRequest(req, res, req.originalUrl)
    const route = routes.find(request.method, request.path)
    void route?.serve(request, context).then((answer) => {
      sendAnswer(res, answer)
    })
  })
  const theirs = await listen(
    createExpressMiddleware({
      router: withPublicErrors(createRouter(), { judge, rpcErrors: 'public' }),
      createContext,
      maxBatchSize: MAX_BATCH_SIZE,
      allowMethodOverride: true,
      maxBodySize: MAX_BODY_BYTES,
    }),
  )
  return {
    async ask(sent: RpcSent) {
      const [our, their] = await Promise.all([send(ours.url, sent), send(theirs.url, sent)])
      return { our, their }
    },
    async close() {
      await Promise.all([ours.close(), theirs.close()])
    },
  }
}

async function listen(handler: RequestHandler) {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use('/trpc', handler)
  const server = createServer(app)
  const url = baseUrl({ port: await listenOnLoopback(server) })
  return { url, close: () => closeServer(server) }
}

function send(url: string, { method, target, headers, body }: RpcSent): Promise<RpcAnswer> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url)
    const options = { host: '127.0.0.1', port, method, path: `/trpc${target}`, headers }
    const req = httpRequest(options, (res) => {
      text(res).then((answer) => {
        resolve({ status: res.statusCode, body: answer, ...decided(res.headers) })
      }, reject)
    })
    req.on('error', reject)
    req.end(body)
  })
}

/** Ours says `Origin` too, for CORS. */
function decided({ vary, 'content-type': type }: IncomingHttpHeaders) {
  const names = vary?.split(', ').filter((name) => name !== 'Origin')
  return { type, vary: names?.join(', ') }
}
