import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRoutes } from 'trpc-hybrid/engine'
import { FeatureError, type ApiMeta } from '../../src/index.ts'
import { describeRouter } from '../support/describe-router.ts'
import { useServer } from '../support/fixtures.ts'
import { protectedProcedure, publicProcedure, router } from '../support/trpc.ts'

type Deprecated = NonNullable<NonNullable<ApiMeta['openapi']>['deprecated']>

const LINK = 'https://example.com/v2?from=v1'
const openapi = { method: 'GET', path: '/api/v1/report' } as const
const days = { since: '2026-06-30', sunset: '2026-12-31T22:00:00Z', link: LINK }
const withMeta = (deprecated: Deprecated) =>
  router({
    get: publicProcedure
      .meta({ openapi: { ...openapi, deprecated } })
      .output(z.object({}))
      .query(() => ({})),
  })

const api = router({
  get: publicProcedure
    .meta({ openapi: { ...openapi, deprecated: days, errorResponses: [404] } })
    .input(z.object({ id: z.coerce.number() }))
    .output(z.object({ id: z.number() }))
    .query(({ ctx, input: { id } }) => {
      ctx.setHeader('link', '</api/v1/report?id=2>; rel="next"')
      if (id === 404) throw new FeatureError('not_found', 'No report 404 here')
      if (id === 500) throw new Error('a bug')
      return { id }
    }),
  own: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '/api/v1/own', deprecated: days } })
    .output(z.object({}))
    .query(() => ({})),
  plain: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/v1/plain', deprecated: true } })
    .output(z.object({}))
    .query(() => ({})),
})
const fixture = useServer({ router: api })
const call = (path: string, init: RequestInit = {}) => fetch(`${fixture.server.url}${path}`, init)

describe('an operation that is deprecated from a day on', () => {
  it.each([
    [200, '/api/v1/report?id=1'],
    [400, '/api/v1/report?id=text'],
    [401, '/api/v1/own'],
    [404, '/api/v1/report?id=404'],
    [500, '/api/v1/report?id=500'],
  ])('says so in the headers of its answers: %s', async (status, path) => {
    const { headers, status: sent } = await call(path)
    expect(sent).toBe(status)
    expect(headers.get('deprecation')).toBe('@1782777600') // RFC 9745 §2.1
    expect(headers.get('sunset')).toBe('Thu, 31 Dec 2026 22:00:00 GMT') // RFC 8594 §3
    expect(headers.get('link')).toContain(`<${LINK}>; rel="deprecation"`)
  })

  it('leaves the links that the procedure sets', async () => {
    const { headers } = await call('/api/v1/report?id=1')
    expect(headers.get('link')?.split(', ').sort()).toEqual([
      '</api/v1/report?id=2>; rel="next"',
      `<${LINK}>; rel="deprecation"`,
    ])
  })

  it('lets pages of other origins read the headers', async () => {
    const { headers } = await call('/api/v1/own', { headers: { origin: 'http://localhost:4040' } })
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/, ?/)
    expect(exposed).toEqual(expect.arrayContaining(['deprecation', 'sunset', 'link']))
  })

  it('says nothing over RPC, where one response may carry the answers of many', async () => {
    const { headers, status } = await call('/trpc/own')
    expect(status).toBe(401)
    expect(headers.get('deprecation')).toBeNull()
  })

  it('is described as deprecated, with the headers of every answer', () => {
    const operation = describeRouter(api).paths?.['/api/v1/own']?.get
    expect(operation?.deprecated).toBe(true)
    for (const response of Object.values(operation?.responses ?? {})) {
      expect(response).toMatchObject({
        headers: { Deprecation: { example: '@1782777600' }, Sunset: {}, Link: {} },
      })
    }
  })
})

it('an operation that is deprecated without a day is described so, and sends no headers', async () => {
  const { headers } = await call('/api/v1/plain')
  expect(headers.get('deprecation')).toBeNull()
  const operation = describeRouter(api).paths?.['/api/v1/plain']?.get
  expect(operation?.deprecated).toBe(true)
})

it.each([
  [{ since: 'soon' }, 'its deprecated.since is soon: write a day that exists, such as 2026-12-31'],
  [{ since: '2026-02-30' }, 'its deprecated.since is 2026-02-30: write a day that exists'],
  [{ since: '2026-01-01', sunset: '31.12.2026' }, 'its deprecated.sunset is 31.12.2026'],
  [{ since: '2026-02-01', sunset: '2026-01-31' }, 'its sunset is before its deprecation'],
  [{ since: '2026-01-01', link: 'v2>; rel="next"' }, 'its deprecated.link is v2>; rel="next"'],
])('refuses %o at the start, by name', (deprecated, problem) => {
  expect(() => createRoutes({ router: withMeta(deprecated) })).toThrow(`get: ${problem}`)
})
