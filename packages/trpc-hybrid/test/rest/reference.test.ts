import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AccessToken, MISSING_TOKEN } from '@trpc-hybrid/access-token/engine'
import { FeatureError } from '../../src/errors/feature-error.ts'
import {
  protectedProcedure,
  publicProcedure,
  requirePermissions,
  router,
} from '../../../server/test/support/trpc.ts'
import { bearer } from '../../../server/test/support/contract.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { baseUrl, closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'
import { ADMIN_PERMISSION } from '../../../server/test/support/issuer.ts'
import { contextOf, refused, tokenWith } from '../../../server/test/support/procedures.ts'
import { createReference } from '../../../server/test/support/reference.ts'

const Message = z.object({ message: z.string() })
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
const at = (method: Method, path: `/${string}`) => ({
  openapi: { method, path, errorResponses: { 404: 'There is none' } },
})
const echo = ({ input }: { input: unknown }) => ({ message: JSON.stringify(input) })
const hello = () => ({ message: 'hello' })

/** Made anew for each server, because trpc-openapi changes the schemas that it is given. */
function createRouter() {
  const admins = protectedProcedure.use(requirePermissions(ADMIN_PERMISSION))
  const Query = z.object({
    id: z.string(),
    text: z.string().optional(),
    count: z.number().int().optional(),
    flags: z.array(z.string()).optional(),
  })
  return router({
    open: publicProcedure.meta(at('GET', '/api/open')).output(Message).query(hello),
    guarded: protectedProcedure.meta(at('GET', '/api/guarded')).output(Message).query(hello),
    admin: admins.meta(at('GET', '/api/admin')).output(Message).query(hello),
    wrong: publicProcedure
      .meta(at('GET', '/api/wrong'))
      .output(Message)
      .query(() => ({ message: 1 }) as unknown as { message: string }),
    missing: publicProcedure
      .meta(at('GET', '/api/missing'))
      .output(Message)
      .query(() => {
        throw new FeatureError('not_found', 'There is none')
      }),
    read: publicProcedure
      .meta(at('GET', '/api/things/{id}'))
      .input(Query)
      .output(Message)
      .query(echo),
    remove: publicProcedure
      .meta(at('DELETE', '/api/things/{id}'))
      .input(z.object({ id: z.string() }))
      .output(Message)
      .mutation(echo),
    add: publicProcedure
      .meta(at('POST', '/api/things'))
      .input(z.object({ text: z.string().max(5), count: z.number().optional() }))
      .output(Message)
      .mutation(echo),
    replace: publicProcedure
      .meta(at('PUT', '/api/things/{id}'))
      .input(z.object({ id: z.string(), text: z.string() }))
      .output(Message)
      .mutation(echo),
  })
}

const ours = useServer({ router: createRouter(), env: { RATE_LIMIT_MAX: '0' } })

interface Answer {
  readonly status: number
  readonly body: string
}

async function answerOf(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init)
  return { status: response.status, body: await response.text() }
}

const json = (method: Method, body: string, type = 'application/json'): RequestInit => ({
  method,
  headers: { 'content-type': type },
  body,
})

describe('over REST, an answer is that of trpc-openapi to the byte', () => {
  const servers: Server[] = []
  let token: AccessToken | undefined
  let reference: string

  beforeAll(async () => {
    const recall = () => {
      if (!token) throw MISSING_TOKEN
      return token
    }
    const context = contextOf({ ...refused(MISSING_TOKEN), recall })
    const server = createServer(createReference(createRouter(), context))
    servers.push(server)
    reference = baseUrl({ port: await listenOnLoopback(server) })
  })
  afterAll(() => Promise.all(servers.map(closeServer)))

  it.each([
    ['no token', undefined],
    ['a token', []],
    ['a token with the permission', [ADMIN_PERMISSION]],
  ])('an answer is that of trpc-openapi with %s', async (_, permissions) => {
    token = permissions && tokenWith(...permissions)
    const headers = permissions ? bearer(await ours.issuer.mint({ claims: { permissions } })) : {}
    for (const name of ['open', 'guarded', 'admin', 'wrong', 'missing']) {
      const path = `/api/${name}`
      expect(await answerOf(ours.server.url + path, { headers }), path).toEqual(
        await answerOf(reference + path, { headers }),
      )
    }
  })

  it.each<[string, RequestInit]>([
    ['/api/things/a', {}],
    ['/api/things/a?text=b', {}],
    ['/api/things/a?text=%F0%9F%98%80+x%26y', {}],
    ['/api/things/a?count=7', {}],
    ['/api/things/a?count=-7', {}],
    ['/api/things/a?count=7.5', {}],
    ['/api/things/a?flags=x', {}],
    ['/api/things/a?flags=x&flags=y', {}],
    ['/api/things/a?id=b', {}],
    ['/api/things/a?unknown=b', {}],
    ['/api/things/a', { method: 'DELETE' }],
    ['/api/things', json('POST', '{"text":"a"}')],
    ['/api/things', json('POST', '{"text":"a","count":2}')],
    ['/api/things', json('POST', '{"text":"far too long"}')],
    ['/api/things', json('POST', '{}')],
    ['/api/things/a', json('PUT', '{"text":"b"}')],
    ['/api/things/a', json('PUT', '{"text":"b","id":"c"}')],
    ['/api/things/a', json('PUT', '{}')],
  ])('an answer is that of trpc-openapi for %s, %o', async (path, init) => {
    expect(await answerOf(ours.server.url + path, init)).toEqual(
      await answerOf(reference + path, init),
    )
  })
})
