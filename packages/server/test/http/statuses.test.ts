import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRoutes } from 'trpc-hybrid/engine'
import type { ApiMeta } from '../../src/index.ts'
import { describeRouter } from '../support/describe-router.ts'
import { useServer } from '../support/fixtures.ts'
import { publicProcedure, router } from '../support/trpc.ts'

const withStatuses = (openapi: Partial<NonNullable<ApiMeta['openapi']>> = {}) =>
  publicProcedure
    .meta({ openapi: { method: 'PUT', path: '/api/report', ...openapi } })
    .input(z.object({ status: z.literal([200, 201, 202, 204]), fails: z.boolean().optional() }))

const api = router({
  put: withStatuses({ successStatuses: { 200: 'It was replaced', 201: 'It was made' } })
    .output(z.object({ id: z.number() }))
    .mutation(({ ctx, input }) => {
      ctx.setStatus(input.status)
      if (input.fails) throw new Error('a bug')
      return { id: 1 }
    }),
  empty: withStatuses({ path: '/api/empty', successStatuses: { 202: 'It is being done' } })
    .output(z.void())
    .mutation(({ ctx, input }) => {
      ctx.setStatus(input.status)
    }),
  get: withStatuses({ method: 'GET', successStatuses: { 202: 'It is not there yet' } })
    .output(z.object({ id: z.number() }))
    .query(({ ctx, input }) => {
      ctx.setStatus(input.status)
      return { id: 1 }
    }),
})
const fixture = useServer({ router: api })
const call = async (target: string, body?: object) => {
  const [method = '', path = ''] = target.split(' ')
  const response = await fetch(`${fixture.server.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.text() }
}

describe('the status of a success', () => {
  it.each([200, 201])('is the one that the procedure chooses: %s', async (status) => {
    expect(await call('PUT /api/report', { status })).toEqual({ status, body: '{"id":1}' })
  })

  it('may be that of an answer without a body', async () => {
    expect(await call('PUT /api/empty', { status: 204 })).toEqual({ status: 204, body: '' })
    expect(await call('PUT /api/empty', { status: 202 })).toEqual({ status: 202, body: '' })
  })

  it('is the same for HEAD', async () => {
    expect((await call('GET /api/report?status=202')).status).toBe(202)
    expect((await call('HEAD /api/report?status=202')).status).toBe(202)
  })

  it.each(['PUT /api/report', 'PUT /api/empty'])(
    'is a logged 500 at %s where the meta does not have it',
    async (target) => {
      const status = target.endsWith('empty') ? 201 : 204
      expect((await call(target, { status })).status).toBe(500)
      expect(fixture.server.log.find(({ level }) => level === 50)).toMatchObject({
        err: { message: expect.stringContaining('successStatuses') as string },
      })
    },
  )

  it('is not that of an error, and not of an answer over RPC', async () => {
    expect((await call('PUT /api/report', { status: 201, fails: true })).status).toBe(500)
    expect((await call('POST /trpc/put', { status: 201 })).status).toBe(200)
    expect((await call('POST /trpc/put', { status: 204 })).status).toBe(200)
  })

  it('is described with what it says', () => {
    const responses = describeRouter(api).paths?.['/api/report']?.put?.responses ?? {}
    expect(responses['200']).toMatchObject({ description: 'It was replaced' })
    expect(responses['201']).toMatchObject({
      description: 'It was made',
      headers: { 'X-Request-Id': {} },
      content: { 'application/json': {} },
    })
  })

  it('can not be one that no success has', () => {
    for (const successStatuses of [{ 204: 'Gone' }, { 404: 'None' }, { 301: 'Moved' }]) {
      const wrong = withStatuses({ successStatuses })
        .output(z.string())
        .mutation(() => '')
      expect(() => createRoutes({ router: router({ wrong }) })).toThrow(/its successStatuses have/)
    }
  })
})
