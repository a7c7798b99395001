import { expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../support/trpc.ts'
import { useServer } from '../support/fixtures.ts'

const get = (path: `/${string}`) =>
  publicProcedure.meta({ openapi: { method: 'GET', path } }).output(z.string())

const fixture = useServer({
  router: router({
    fine: get('/api/fine').query(() => 'fine'),
    broken: publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/broken' } })
      .output(z.void())
      .query(({ ctx }) => {
        ctx.setHeader('trailer', 'x') // which is the server's own
      }),
  }),
})

const ask = (path: string) => fetch(`${fixture.server.url}${path}`).then(({ status }) => status)

it('sends all of many answers that come at once', async () => {
  const statuses = await Promise.all(Array.from({ length: 100 }, () => ask('/api/fine')))
  expect(new Set(statuses)).toEqual(new Set([200]))
})

it('answers 500 for an answer that can not be sent, logs why, and leaves others alone', async () => {
  const paths = ['/api/fine', '/api/broken', '/api/fine', '/api/fine']
  const outcomes = await Promise.all(paths.map(ask))
  expect(outcomes).toEqual([200, 500, 200, 200])
  expect(JSON.stringify(fixture.server.log)).toContain('The header trailer is set by the server')
})
