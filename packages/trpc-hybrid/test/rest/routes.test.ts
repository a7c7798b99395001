import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const Answer = z.object({ ran: z.string(), input: z.record(z.string(), z.unknown()) })
const input = (...names: string[]) =>
  z.object({
    ...Object.fromEntries(names.map((name) => [name, z.string()])),
    x: z.string().optional(),
  })

/** A procedure that says what it is and what it was given. */
function at(method: Method, path: `/${string}`, ...names: string[]) {
  const procedure = publicProcedure.meta({ openapi: { method, path } }).input(input(...names))
  const answer = ({ input: given }: { input: Record<string, unknown> }) => ({
    ran: `${method} ${path}`,
    input: given,
  })
  return method === 'GET'
    ? procedure.output(Answer).query(answer)
    : procedure.output(Answer).mutation(answer)
}

const fixture = useServer({
  router: router({
    // Templates come first, so that the order of definition can't be what decides.
    byId: protectedProcedure
      .meta({ openapi: { method: 'GET', path: '/api/u/{id}' } })
      .input(input('id'))
      .output(Answer)
      .query(() => ({ ran: 'byId', input: {} })),
    putById: at('PUT', '/api/u/{id}', 'id'),
    deleteById: at('DELETE', '/api/u/{id}', 'id'),
    postAny: at('POST', '/by/{kind}/{id}', 'kind', 'id'),
    postBook: at('POST', '/by/book/{isbn}', 'isbn'),
    postInU: at('POST', '/api/u/{user-id}/notes', 'user-id'),
    me: at('GET', '/api/u/me'),
    postMe: at('POST', '/api/u/me'),
    anything: at('PATCH', '/{one}', 'one'),
    getAnything: at('GET', '/{one}/', 'one'),
    hyphen: at('GET', '/api/hyphen/{user-id}', 'user-id'),
    dot: at('GET', '/api/dot/{user.id}', 'user.id'),
    verb: at('POST', '/api/names/{name}:archive', 'name'),
    rename: at('POST', '/api/names/{name}', 'name'),
    version: at('GET', '/api/v{major}.{minor}/x', 'major', 'minor'),
    colon: at('GET', '/api/literal:colon'),
    cafe: at('GET', '/api/caf%c3%a9/%7Emenu'),
    star: at('GET', '/api/literal/*'),
    slash: at('GET', '/api/slash/'),
    other: at('GET', '/api/slash/{key}/more', 'key'),
    off: publicProcedure
      .meta({ openapi: { enabled: false, method: 'GET', path: '/api/off' } })
      .output(Answer)
      .query(() => ({ ran: 'off', input: {} })),
  }),
})

async function call(target: string) {
  const [method = '', path = ''] = target.split(' ')
  const response = await fetch(`${fixture.server.url}${path}`, { method })
  const text = await response.text()
  const allow = response.headers.get('allow')
  return { status: response.status, allow, body: text && (JSON.parse(text) as unknown) }
}

describe('a route', () => {
  it.each([
    ['GET /api/u/me', 'GET /api/u/me', {}],
    ['GET /api/u/me?x=1', 'GET /api/u/me', { x: '1' }],
    ['GET /api/u/me/', 'GET /api/u/me', {}],
    ['GET /api/u/me/?x=1', 'GET /api/u/me', { x: '1' }],
    ['POST /api/u/me', 'POST /api/u/me', {}],
    ['POST /api/u/me/?x=1', 'POST /api/u/me', {}],
    ['PUT /api/u/me', 'PUT /api/u/{id}', { id: 'me' }],
    ['POST /by/book/7', 'POST /by/book/{isbn}', { isbn: '7' }],
    ['POST /by/film/7', 'POST /by/{kind}/{id}', { kind: 'film', id: '7' }],
    ['POST /api/u/7/notes', 'POST /api/u/{user-id}/notes', { 'user-id': '7' }],
    ['GET /api/hyphen/a%2Fb', 'GET /api/hyphen/{user-id}', { 'user-id': 'a/b' }],
    ['GET /api/dot/7', 'GET /api/dot/{user.id}', { 'user.id': '7' }],
    ['POST /api/names/a:archive', 'POST /api/names/{name}:archive', { name: 'a' }],
    ['POST /api/names/a:archive:archive', 'POST /api/names/{name}:archive', { name: 'a:archive' }],
    ['POST /api/names/a', 'POST /api/names/{name}', { name: 'a' }],
    ['POST /api/names/:archive', 'POST /api/names/{name}', { name: ':archive' }],
    ['GET /api/v1.22/x', 'GET /api/v{major}.{minor}/x', { major: '1', minor: '22' }],
    ['GET /api/literal:colon', 'GET /api/literal:colon', {}],
    ['GET /api/literal/*', 'GET /api/literal/*', {}],
    ['GET /api/slash', 'GET /api/slash/', {}],
    ['GET /api/slash/?x=%20', 'GET /api/slash/', { x: ' ' }],
    ['GET /api/slash/k/more', 'GET /api/slash/{key}/more', { key: 'k' }],
    ['GET /anything', 'GET /{one}/', { one: 'anything' }],
    ['GET /api/%75/m%65', 'GET /api/u/me', {}],
    ['POST /api/names/a%41%2d:archive', 'POST /api/names/{name}:archive', { name: 'aA-' }],
    ['POST /api/names/a%3aarchive', 'POST /api/names/{name}', { name: 'a:archive' }],
    ['GET /api/v1%2e22/x', 'GET /api/v{major}.{minor}/x', { major: '1', minor: '22' }],
    ['GET /api/caf%C3%A9/~menu', 'GET /api/caf%c3%a9/%7Emenu', {}],
    ['GET /api/caf%c3%a9/%7emenu', 'GET /api/caf%c3%a9/%7Emenu', {}],
    ['GET /api/hyphen/%c3%a9%2f', 'GET /api/hyphen/{user-id}', { 'user-id': 'é/' }],
  ])('a route of %s is %s', async (target, ran, given) => {
    expect((await call(target)).body).toEqual({ ran, input: given })
  })

  it('is the same for HEAD as for GET, so that its guard is', async () => {
    for (const path of ['/api/u/me', '/api/u/me/', '/api/u/me?x=1']) {
      expect((await call(`HEAD ${path}`)).status, path).toBe(200)
    }
    expect((await call('HEAD /api/u/you')).status).toBe(401)
  })

  it.each([
    '/api/v1/x',
    '/api/v.2/x',
    '/api/literal/x',
    '/api/literal/',
    '/api/literalxcolon',
    '/api/slash//more',
    '/api/off',
    '/api/U/me',
    '/a/b/c/d',
    '/api%2Fslash/key/more',
    '/%6civez',
  ])('is none at %s', async (path) => {
    expect((await call(`GET ${path}`)).status).toBe(404)
  })

  it.each([
    ['PATCH /api/u/me', 'GET, POST, PUT, DELETE, HEAD'],
    ['PATCH /api/u/you', 'GET, PUT, DELETE, HEAD'],
    ['GET /api/names/a:archive', 'POST'],
    ['DELETE /api/slash', 'GET, HEAD'],
    ['OPTIONS /anything', 'PATCH, GET, HEAD'],
  ])('a route that does not take %s says what is taken there: %s', async (target, allow) => {
    const answer = await call(target)
    expect(answer.status).toBe(405)
    expect(answer.allow?.split(', ').toSorted()).toEqual(allow.split(', ').toSorted())
  })

  it.each(['/livez', '/readyz', '/docs', '/livez/'])(
    'a route of the server itself is found before a template: %s',
    async (path) => {
      expect((await call(`PATCH ${path}`)).status).toBe(405)
    },
  )

  it('is logged as its template', async () => {
    await call('GET /api/dot/secret?x=1')
    const lines = fixture.server.log.map(({ route }) => route)
    expect(lines).toContain('/api/dot/{user.id}')
    expect(JSON.stringify(fixture.server.log)).not.toContain('secret')
  })
})
