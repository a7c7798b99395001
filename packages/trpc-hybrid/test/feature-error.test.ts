import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink } from '@trpc/client'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FeatureError, type FeatureErrorCode } from '../src/errors/feature-error.ts'
import { publicProcedure, router } from '../../server/test/support/trpc.ts'
import { useServer } from '../../server/test/support/fixtures.ts'

const refusals: Record<FeatureErrorCode, { status: number; code: string }> = {
  invalid: { status: 400, code: 'BAD_REQUEST' },
  forbidden: { status: 403, code: 'FORBIDDEN' },
  not_found: { status: 404, code: 'NOT_FOUND' },
  conflict: { status: 409, code: 'CONFLICT' },
  payment_required: { status: 402, code: 'PAYMENT_REQUIRED' },
  gone: { status: 410, code: 'NOT_FOUND' }, // tRPC has no code for it
  precondition_failed: { status: 412, code: 'PRECONDITION_FAILED' },
  unprocessable: { status: 422, code: 'UNPROCESSABLE_CONTENT' },
  precondition_required: { status: 428, code: 'PRECONDITION_REQUIRED' },
  too_many_requests: { status: 429, code: 'TOO_MANY_REQUESTS' },
  unavailable: { status: 503, code: 'SERVICE_UNAVAILABLE' },
}
const codes = Object.keys(refusals) as FeatureErrorCode[]

const things = router({
  refuse: publicProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/api/refuse',
        errorResponses: [400, 402, 403, 404, 409, 410, 412, 422, 428, 429, 503],
      },
    })
    .input(z.object({ code: z.enum(codes) }))
    .output(z.null())
    .query(({ input }) => {
      throw new FeatureError(input.code, 'As the feature says', { cause: new Error('internal') })
    }),
  busy: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/busy', errorResponses: [503] } })
    .output(z.null())
    .query(() => {
      throw new FeatureError('unavailable', 'Closed for lunch', { retryAfterSeconds: 1800 })
    }),
  reserved: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/reserved' } })
    .output(z.null())
    .query(() => {
      throw new FeatureError('forbidden', 'Not yours', { permission: 'read:all' })
    }),
  foreign: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/foreign' } })
    .output(z.null())
    .query(() => {
      const headers = { 'set-cookie': 'session=secret' }
      throw Object.assign(new Error('Wrong key: secret'), { status: 401, statusCode: 401, headers })
    }),
})
const fixture = useServer({ router: things })

describe.each(codes)("a feature's refusal, %s,", (code) => {
  const { status, code: trpcCode } = refusals[code]

  it('reaches a REST client with its status and its own message', async () => {
    const response = await fetch(`${fixture.server.url}/api/refuse?code=${code}`)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ message: 'As the feature says' })
  })

  it.each([httpLink, httpBatchLink, httpBatchStreamLink])('reaches an RPC client', async (link) => {
    const url = `${fixture.server.url}/trpc`
    const client = createTRPCClient<typeof things>({ links: [link({ url })] })
    await expect(client.refuse.query({ code })).rejects.toMatchObject({
      message: 'As the feature says',
      data: { httpStatus: status, code: trpcCode },
    })
  })
})

describe("a feature's refusal", () => {
  it('says over REST and RPC when to come back', async () => {
    for (const path of ['/api/busy', '/trpc/busy']) {
      const response = await fetch(`${fixture.server.url}${path}`)
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1800'])
    }
  })

  it('comes back after 5 seconds where it is one of too many requests and says no time', async () => {
    const response = await fetch(`${fixture.server.url}/api/refuse?code=too_many_requests`)
    expect(response.headers.get('retry-after')).toBe('5')
  })

  it('names the permission that was needed to an RPC client', async () => {
    const client = createTRPCClient<typeof things>({
      links: [httpLink({ url: `${fixture.server.url}/trpc` })],
    })
    await expect(client.reserved.query()).rejects.toMatchObject({
      message: 'Not yours',
      data: { httpStatus: 403, permissions: ['read:all'] },
    })
  })
})

describe('an error of another library', () => {
  it.each(['/api/foreign', '/trpc/foreign'])(
    'an error of another library at %s is a 500 without its status, message and headers',
    async (path) => {
      const response = await fetch(`${fixture.server.url}${path}`)
      expect(response.status).toBe(500)
      expect(response.headers.get('set-cookie')).toBeNull()
      expect(await response.text()).not.toContain('secret')
    },
  )
})
