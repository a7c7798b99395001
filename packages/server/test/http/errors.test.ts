import { createTRPCClient, httpBatchStreamLink } from '@trpc/client'
import { TRPCError } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FeatureError } from '../../src/index.ts'
import { bearer } from '../support/contract.ts'
import { describeRouter } from '../support/describe-router.ts'
import { useServer } from '../support/fixtures.ts'
import { ADMIN } from '../support/issuer.ts'
import { startTestServer } from '../support/server.ts'
import { protectedProcedure, publicProcedure, requirePermissions, router } from '../support/trpc.ts'

const get = (path: `/${string}`, errorResponses: Record<number, string> = {}) => ({
  openapi: { method: 'GET', path, errorResponses } as const,
})
const notYours = () => {
  throw new FeatureError('forbidden', 'Not your report')
}
const adminProcedure = protectedProcedure.use(requirePermissions('read:admin-messages'))
const hidden = (message: string) => () => {
  throw new TRPCError({ code: 'NOT_FOUND', message })
}

const api = router({
  silent: adminProcedure.meta(get('/api/silent')).output(z.null()).query(notYours),
  said: adminProcedure
    .meta(get('/api/said', { 403: 'Not your report' }))
    .output(z.null())
    .query(notYours),
  owner: protectedProcedure
    .meta(get('/api/owner', { 403: 'Not your report' }))
    .output(z.null())
    .query(notYours),
  busy: publicProcedure
    .meta(
      get('/api/busy', { 400: 'Too far away', 429: 'One order a minute', 503: 'Closed for lunch' }),
    )
    .output(z.null())
    .query(() => {
      throw new FeatureError('unavailable', 'Closed for lunch')
    }),
  hidden: publicProcedure
    .meta(get('/api/hidden', { 404: 'There is none' }))
    .output(z.null())
    .query(hidden('No report 404 here')),
  other: publicProcedure.query(hidden('No other')),
  plain: publicProcedure.query(() => {
    throw new TRPCError({ code: 'NOT_FOUND' })
  }),
  caused: publicProcedure.query(() => {
    throw new FeatureError('conflict', 'Taken', { cause: new TRPCError({ code: 'CONFLICT' }) })
  }),
  down: publicProcedure.query(() => {
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message: 'The database is away' })
  }),
  parsed: publicProcedure.query(() => {
    const { error } = z.string().safeParse(7)
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'A bad row', cause: error })
  }),
})
const fixture = useServer({ router: api })
const { paths = {} } = describeRouter(api)
const described = (path: string, status: number) =>
  paths[path]?.get?.responses?.[String(status)] as {
    description: string
    headers: Record<string, object>
    content: { 'application/json': { examples: Record<string, { value: { message: string } }> } }
  }
const messagesOf = (path: string, status: number) =>
  Object.values(described(path, status).content['application/json'].examples).map(
    ({ value }) => value.message,
  )

describe('a procedure that refuses what its guards let through', () => {
  it.each(['/api/silent', '/api/said', '/api/owner'])(
    'answers 403 in its own words at %s, without a challenge',
    async (path) => {
      const token = await fixture.issuer.mint({ claims: ADMIN })
      const response = await fetch(`${fixture.server.url}${path}`, { headers: bearer(token) })
      expect(response.status).toBe(403)
      expect(await response.json()).toEqual({ message: 'Not your report' })
      expect(response.headers.get('www-authenticate')).toBeNull()
    },
  )

  it('leaves to its guards to refuse with theirs', async () => {
    const headers = bearer(await fixture.issuer.mint())
    const response = await fetch(`${fixture.server.url}/api/said`, { headers })
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope')
  })

  it('is described with both', () => {
    expect(messagesOf('/api/said', 403)).toEqual(['Permission denied', 'Not your report'])
    for (const path of ['/api/silent', '/api/said']) {
      expect(described(path, 403).headers).toMatchObject({
        'WWW-Authenticate': { required: false },
      })
    }
    expect(described('/api/owner', 403).headers).not.toHaveProperty('WWW-Authenticate')
  })
})

describe('an error of its own that has the status of one of the server', () => {
  it.each([
    [400, ['Bad Request', 'Too far away']],
    [429, ['Too Many Requests', 'One order a minute']],
    [503, ['Service Unavailable', 'Closed for lunch']],
  ])('is described beside it: %s', async (status, messages) => {
    expect(messagesOf('/api/busy', status)).toEqual(messages)
    expect(described('/api/busy', status).headers).toHaveProperty('X-Request-Id')
    const response = await fetch(`${fixture.server.url}/api/busy`)
    expect(await response.json()).toEqual({ message: 'Closed for lunch' })
  })

  it('need not come with the headers of that', () => {
    expect(described('/api/busy', 429).headers).toMatchObject({
      'Retry-After': { required: false },
    })
  })
})

describe('the message of a TRPCError', () => {
  const linesOf = (log: readonly Record<string, unknown>[]) =>
    log.filter(({ msg }) => msg === 'message hidden')
  const warningsOf = (log: readonly Record<string, unknown>[]) =>
    log.filter(({ msg }) => String(msg).includes('exposeTrpcMessages'))

  it.each([
    ['/api/hidden', 'hidden', 'No report 404 here'],
    ['/trpc/hidden', 'hidden', 'No report 404 here'],
    ['/trpc/hidden?connectionParams=null', 'hidden', 'No report 404 here'],
    ['/trpc/other?batch=1', 'other', 'No other'],
    ['/trpc/down', 'down', 'The database is away'],
    ['/trpc/parsed', 'parsed', 'A bad row'],
  ])("is in the log under the request's id, and not told: %s", async (path, procedure, reason) => {
    const response = await fetch(`${fixture.server.url}${path}`, {
      headers: { 'x-request-id': `of-${procedure}` },
    })
    expect(await response.text()).not.toContain(reason)
    expect(linesOf(fixture.server.log).at(-1)).toMatchObject({
      level: 30,
      requestId: `of-${procedure}`,
      procedure,
      reason,
    })
  })

  it('is logged where a batch is streamed', async () => {
    const before = linesOf(fixture.server.log).length
    const links = [httpBatchStreamLink({ url: `${fixture.server.url}/trpc` })]
    const client = createTRPCClient<typeof api>({ links })
    await expect(client.other.query()).rejects.toThrow(/^Not Found$/)
    expect(linesOf(fixture.server.log)).toHaveLength(before + 1)
  })

  it.each([
    ...['/trpc/plain', '/trpc/caused', '/api/busy', '/trpc/secret-name', '/api/none'],
    '/trpc/secret-name?connectionParams=null',
  ])("is not made of what says nothing, is told, or is the request's own: %s", async (url) => {
    const before = linesOf(fixture.server.log).length
    await (await fetch(`${fixture.server.url}${url}`)).text()
    expect(linesOf(fixture.server.log)).toHaveLength(before)
  })

  it.each([
    ['development', ['hidden', 'other']],
    ['production', []],
  ])('is warned of once for each procedure in development: %s', async (NODE_ENV, procedures) => {
    const server = await startTestServer({
      issuer: fixture.issuer,
      router: api,
      env: { NODE_ENV, CLIENT_ORIGIN_URL: 'https://app.example.com' },
    })
    for (const path of ['/api/hidden', '/trpc/hidden', '/trpc/other', '/trpc/other']) {
      await (await fetch(`${server.url}${path}`)).text()
    }
    expect(warningsOf(server.log).map(({ procedure }) => procedure)).toEqual(procedures)
    expect(linesOf(server.log)).toHaveLength(4)
    await server.close()
  })
})
