import request from 'supertest'
import type { OpenAPIObject } from 'trpc-openapi'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABOUT } from '../../../server/test/support/about.ts'
import {
  protectedProcedure,
  publicProcedure,
  requirePermissions,
  router,
} from '../../../server/test/support/trpc.ts'
import { bearer } from '../../../server/test/support/contract.ts'
import {
  createDescriptionCheck,
  exchangeOf,
  type Exchange,
} from '../../../server/test/support/described.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { untilReady } from '../../../server/test/support/http.ts'
import { ADMIN, AUDIENCE, startIssuer } from '../../../server/test/support/issuer.ts'
import {
  describeBehindAuth0,
  lintDescription,
} from '../../../server/test/support/lint-description.ts'
import { testRouter } from '../../../server/test/support/router.ts'
import { startTestServer } from '../../../server/test/support/server.ts'

const Report = z.object({ id: z.string(), lines: z.array(z.string()) }).meta({ id: 'Report' })

/** What the messages do not have: inputs of every kind, and a bug. */
const reports = router({
  reports: router({
    byId: protectedProcedure
      .use(requirePermissions('read:reports', 'read:lines'))
      .meta({
        openapi: {
          method: 'GET',
          path: '/api/reports/{id}',
          summary: 'Read a report',
          tags: ['Reports'],
        },
      })
      .input(z.object({ id: z.string().min(3), limit: z.coerce.number().int().max(10).optional() }))
      .output(Report)
      .query(({ input }) => ({ id: input.id, lines: [] })),
    add: publicProcedure
      .meta({
        openapi: {
          method: 'POST',
          path: '/api/reports',
          summary: 'Add a report',
          tags: ['Reports'],
        },
      })
      .input(z.object({ lines: z.array(z.string()) }))
      .output(Report)
      .mutation(({ input }) => ({ id: 'new', lines: input.lines })),
    broken: publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/broken', summary: 'Fail', tags: ['Reports'] } })
      .output(Report)
      .query(() => {
        throw new Error('a bug')
      }),
  }),
})

const messages = useServer()
const others = useServer({ router: reports })
beforeAll(async () => {
  await untilReady(messages.server.url)
  await untilReady(others.server.url)
})

const fetchDocument = async (url: string) =>
  (await (await fetch(`${url}/api/openapi.json`)).json()) as OpenAPIObject

type Operation = NonNullable<NonNullable<OpenAPIObject['paths']>[string]['get']>
const operationsOf = (document: OpenAPIObject) =>
  Object.fromEntries(
    Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).map(
        ([method, operation]) => [`${method} ${path}`, operation] as const,
      ),
    ),
  )

describe('the description', () => {
  it('is served with an ETag, so that it is fetched once', async () => {
    const ask = (headers: Record<string, string> = {}) =>
      request(messages.server.url).get('/api/openapi.json').set(headers)
    const first = await ask()
    expect(first.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(first.headers['cache-control']).toBe('no-cache')
    const etag = String(first.headers['etag'])
    expect(etag).toMatch(/^"[\w-]{43}"$/)

    const again = await ask({ 'if-none-match': etag })
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', etag])
    expect((await ask({ 'if-none-match': '"another"' })).status).toBe(200)
    const head = await request(messages.server.url).head('/api/openapi.json')
    expect([head.status, head.headers['etag'], head.text]).toEqual([200, etag, undefined])
    expect(head.headers['content-length']).toBe(first.headers['content-length'])
  })

  it('can be used off its own origin, since it names its server', async () => {
    const serversAt = async (url: string, headers: Record<string, string> = {}) =>
      ((await request(url).get('/api/openapi.json').set(headers)).body as OpenAPIObject).servers
    expect(await serversAt(messages.server.url)).toEqual([{ url: messages.server.url }])
    expect(await serversAt(messages.server.url, { host: 'api.example.org' })).toEqual([
      { url: 'http://api.example.org' },
    ])
    const env = { PUBLIC_URL: 'https://api.example.com' }
    const server = await startTestServer({ issuer: messages.issuer, env })
    expect(await serversAt(server.url)).toEqual([{ url: 'https://api.example.com' }])
    await server.close()
  })

  it('has what Spectral asks for: a contact, and tags that are declared', async () => {
    const { info, tags } = await fetchDocument(messages.server.url)
    expect(info.contact).toEqual({ name: ABOUT.title })
    expect(tags).toEqual([{ name: 'Messages', description: expect.any(String) as string }])
  })

  it('has no schema whose name is that of a global of JavaScript', async () => {
    const { components } = await fetchDocument(others.server.url)
    const names = Object.keys(components?.schemas ?? {})
    expect(names.filter((name) => name in globalThis)).toEqual([])
  })

  it('names every status that an operation can return', async () => {
    const statuses = Object.entries(operationsOf(await fetchDocument(messages.server.url))).map(
      ([name, { responses }]) => [name, Object.keys(responses ?? {})],
    )
    expect(Object.fromEntries(statuses)).toEqual({
      'get /api/messages/public': ['200', '400', '413', '429', '500', '503'],
      'get /api/messages/protected': ['200', '400', '401', '413', '429', '500', '503'],
      'get /api/messages/admin': ['200', '400', '401', '403', '413', '429', '500', '503'],
    })
  })

  it('names the statuses of inputs and bodies where there are some', async () => {
    const operations = operationsOf(await fetchDocument(others.server.url))
    expect(Object.keys(operations['get /api/reports/{id}']?.responses ?? {})).toContain('400')
    expect(Object.keys(operations['get /api/reports/{id}']?.responses ?? {})).not.toContain('408')
    expect(Object.keys(operations['post /api/reports']?.responses ?? {})).toEqual(
      expect.arrayContaining(['400', '408', '415']),
    )
  })

  it('gives every operation a name that is good for a method', async () => {
    const idsOf = async (url: string) =>
      Object.values(operationsOf(await fetchDocument(url))).map(({ operationId }) => operationId)
    expect(await idsOf(messages.server.url)).toEqual([
      'getPublicMessage',
      'getProtectedMessage',
      'getAdminMessage',
    ])
    expect(await idsOf(others.server.url)).toEqual(['reportsById', 'reportsAdd', 'reportsBroken'])
  })

  it('asks for a token on guarded operations only, and tells the permissions', async () => {
    const operations = operationsOf(await fetchDocument(messages.server.url))
    const openOperation = operations['get /api/messages/public']
    expect(openOperation).toMatchObject({ security: [], description: 'Needs no access token.' })
    const guarded = operations['get /api/messages/protected']
    expect(guarded?.security).toEqual([{ bearer: [] }, { oauth2: [] }])
    const admin = operations['get /api/messages/admin']
    expect(admin?.security).toEqual([{ bearer: [] }, { oauth2: [] }])
    expect(admin?.['x-permissions']).toEqual(['read:admin-messages'])
    expect(admin?.description).toContain('the permission `read:admin-messages`')
  })

  it('tells where to sign in, as the issuer says', async () => {
    const document = await fetchDocument(messages.server.url)
    expect(document.components?.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      oauth2: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: `${messages.issuer.url}/authorize?audience=${encodeURIComponent(AUDIENCE)}`,
            tokenUrl: `${messages.issuer.url}/oauth/token`,
          },
        },
      },
    })
  })

  it('knows the addresses of an Auth0 tenant without asking', () => {
    const document = describeBehindAuth0(testRouter)
    expect(document.components?.securitySchemes?.['oauth2']).toMatchObject({
      flows: {
        authorizationCode: {
          authorizationUrl: `https://tenant.eu.auth0.com/authorize?audience=${encodeURIComponent(AUDIENCE)}`,
          tokenUrl: 'https://tenant.eu.auth0.com/oauth/token',
        },
      },
    })
  })

  it('has the bearer scheme alone until the issuer is known, and changes its ETag then', async () => {
    const issuer = await startIssuer()
    await issuer.kill()
    const server = await startTestServer({ issuer })
    const url = `${server.url}/api/openapi.json`
    const before = await fetch(url)
    const document = (await before.json()) as OpenAPIObject
    expect(Object.keys(document.components?.securitySchemes ?? {})).toEqual(['bearer'])
    const { security } = operationsOf(document)['get /api/messages/protected'] ?? {}
    expect(security).toEqual([{ bearer: [] }])

    await issuer.revive()
    await untilReady(server.url)
    const after = await fetch(url, {
      headers: { 'if-none-match': before.headers.get('etag') ?? '' },
    })
    expect(after.status).toBe(200)
    expect(await after.text()).toContain('/oauth/token')
    await server.close()
    await issuer.close()
  })

  it('the description of inputs of every kind passes a strict linter', async () => {
    expect(await lintDescription(describeBehindAuth0(reports))).toEqual([])
  }, 120_000)
})

describe('every answer over REST is as described', () => {
  const answers = async (fixture: typeof messages, path: string, init: RequestInit = {}) => {
    const response = await fetch(`${fixture.server.url}${path}`, init)
    const check = createDescriptionCheck(await fetchDocument(fixture.server.url))
    const exchange = await exchangeOf(response, init.method)
    expect(check(exchange)).toEqual([])
    return [exchange.status, (JSON.parse(exchange.body) as { message?: string }).message]
  }
  const withToken = async (claims: object = {}) => ({
    headers: bearer(await messages.issuer.mint({ claims: { ...claims } })),
  })

  it('the description holds for every answer of the messages', async () => {
    const path = (name: string) => `/api/messages/${name}`
    const admin = await withToken(ADMIN)
    expect((await answers(messages, path('public')))[0]).toBe(200)
    expect((await answers(messages, path('protected'), admin))[0]).toBe(200)
    expect((await answers(messages, path('admin'), admin))[0]).toBe(200)
  })

  it.each([
    [401, {}],
    [400, bearer('a b')],
    [401, bearer('abc')],
    [401, { authorization: 'DPoP abc' }],
  ] as const)(
    'the description holds for every answer of refusals (%i)',
    async (status, headers) => {
      expect((await answers(messages, '/api/messages/admin', { headers }))[0]).toBe(status)
    },
  )

  it('the description holds for every answer of a token without the permission', async () => {
    expect((await answers(messages, '/api/messages/admin', await withToken()))[0]).toBe(403)
  })

  it('the description holds for every answer of unknown paths and other methods', async () => {
    expect(await answers(messages, '/nowhere')).toEqual([404, 'Not Found'])
    const method = { method: 'DELETE' }
    expect(await answers(messages, '/api/messages/admin', method)).toEqual([
      405,
      'Method Not Allowed',
    ])
  })

  it('the description holds for every answer of inputs, good and bad', async () => {
    const headers = bearer(
      await others.issuer.mint({ claims: { permissions: ['read:reports', 'read:lines'] } }),
    )
    expect((await answers(others, '/api/reports/abc?limit=3', { headers }))[0]).toBe(200)
    expect(await answers(others, '/api/reports/a?limit=x', { headers })).toEqual([
      400,
      'Input validation failed',
    ])
    expect((await answers(others, '/api/reports/abc', { headers: bearer('a b') }))[0]).toBe(400)
  })

  it('the description holds for every answer of bodies, good and bad', async () => {
    const post = (body: string, type = 'application/json') =>
      answers(others, '/api/reports', {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      })
    expect((await post('{"lines":["a"]}'))[0]).toBe(200)
    expect(await post('{"lines":3}')).toEqual([400, 'Input validation failed'])
    expect(await post('{"lines":')).toEqual([400, 'Bad Request: the body is no JSON (position 9)'])
    expect(await post('<lines/>', 'application/xml')).toEqual([
      415,
      'Unsupported Media Type: send application/json',
    ])
    expect(await post(`"${'x'.repeat(200_000)}"`)).toEqual([413, 'Payload Too Large'])
  })

  it('the description holds for every answer of a bug', async () => {
    expect(await answers(others, '/api/broken')).toEqual([500, 'Internal Server Error'])
  })

  it('the description holds for every answer while there are no keys', async () => {
    const issuer = await startIssuer()
    const headers = bearer(await issuer.mint())
    await issuer.kill()
    const server = await startTestServer({ issuer })
    expect(await answers({ issuer, server }, '/api/messages/protected', { headers })).toEqual([
      503,
      'Service Unavailable',
    ])
    await server.close()
  })
})

describe('the check of answers', () => {
  const check = createDescriptionCheck(describeBehindAuth0(testRouter))
  const refusal: Exchange = {
    method: 'GET',
    target: '/api/messages/admin?x=1',
    status: 401,
    headers: {
      'x-request-id': 'a',
      'content-type': 'application/json; charset=utf-8',
      'www-authenticate': 'Bearer',
    },
    body: '{"message":"Requires authentication"}',
  }

  it('lets pass what is described', () => {
    expect(check(refusal)).toEqual([])
    expect(check({ ...refusal, method: 'HEAD', body: '' })).toEqual([])
  })

  it.each<[string, Partial<Exchange>]>([
    ['another status', { status: 418 }],
    ['a property too many', { body: '{"message":"x","code":"y"}' }],
    ['a property too few', { body: '{}' }],
    ['another type', { body: '{"message":3}' }],
    ['no challenge', { headers: { ...refusal.headers, 'www-authenticate': undefined } }],
    ['no request id', { headers: { ...refusal.headers, 'x-request-id': undefined } }],
    ['another media type', { headers: { ...refusal.headers, 'content-type': 'text/html' } }],
    [
      'another shape at an unknown path',
      { target: '/nowhere', status: 404, body: '{"error":"x"}' },
    ],
    [
      'a time to wait that is no number',
      {
        status: 503,
        headers: { ...refusal.headers, 'retry-after': 'soon' },
      },
    ],
  ])('finds %s', (_, change) => {
    expect(check({ ...refusal, ...change })).not.toEqual([])
  })
})
