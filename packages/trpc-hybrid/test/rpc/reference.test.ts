import { lazy, TRPCError } from '@trpc/server'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FeatureError } from '../../src/errors/feature-error.ts'
import { loadRouter } from '../../src/procedures/load-router.ts'
import { protectedProcedure, publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { serveBothWays, type RpcSent } from '../../../server/test/support/rpc-reference.ts'

const Input = z.object({ text: z.string().max(5), count: z.number().optional() })
const circular: Record<string, unknown> = {}
circular['itself'] = circular

async function* counting() {
  yield await Promise.resolve(1)
}

const kinds = router({
  hello: publicProcedure.query(() => 'hello'),
  nothing: publicProcedure.query(() => undefined),
  none: publicProcedure.query(() => null),
  date: publicProcedure.query(() => ({ at: new Date(0), left: undefined })),
  echo: publicProcedure.input(Input).query(({ input }) => input),
  maybe: publicProcedure.input(Input.optional()).query(({ input }) => ({ input })),
  add: publicProcedure.input(Input).mutation(({ input }) => input),
  touch: publicProcedure.mutation(() => 'touched'),
  guarded: protectedProcedure.query(() => 'never'),
  checked: publicProcedure.output(z.string()).query(() => 1 as unknown as string),
  bug: publicProcedure.query(() => {
    throw new Error('internal')
  }),
  refuses: publicProcedure.query(() => {
    throw new FeatureError('conflict', 'There is one already')
  }),
  teapot: publicProcedure.query(() => {
    throw new TRPCError({ code: 'PRECONDITION_FAILED', message: 'internal' })
  }),
  bigint: publicProcedure.query(() => 1n),
  circular: publicProcedure.query(() => circular),
  promise: publicProcedure.query(() => ({ later: Promise.resolve(1) })),
  stream: publicProcedure.query(() => counting()),
  streams: publicProcedure.query(() => ({ one: counting() })),
  options: publicProcedure
    .use(({ next, ...options }) => {
      const keys = Object.keys(options).sort().join(' ')
      const { batchIndex, signal } = options as unknown as { batchIndex: number; signal: object }
      return next({ ctx: { seen: `${keys} ${batchIndex} ${signal.constructor.name}` } })
    })
    .query(({ ctx }) => ctx.seen),
})

const createRouter = () =>
  router({
    kinds,
    deep: router({ er: kinds }),
    later: lazy(() => Promise.resolve({ kinds })),
  })

let servers: Awaited<ReturnType<typeof serveBothWays>>
beforeAll(async () => {
  const loaded = await loadRouter(createRouter())
  servers = await serveBothWays(() => loaded)
})
afterAll(() => servers.close())

async function expectSame(sent: RpcSent): Promise<void> {
  const { our, their } = await servers.ask(sent)
  const type = their.type === UNTYPED ? 'application/json' : their.type
  const body = our.body.replaceAll(ONLY_OURS, '')
  expect({ ...our, body }, JSON.stringify(sent)).toEqual({ ...their, type })
}

const get = (target: string, headers: Record<string, string> = {}): RpcSent => ({
  method: 'GET',
  target,
  headers,
})
const post = (target: string, body: string, type = 'application/json'): RpcSent => ({
  method: 'POST',
  target,
  headers: { 'content-type': type },
  body,
})
/** What tRPC calls the JSON of a request in which no call ever began. */
const UNTYPED = 'text/plain;charset=UTF-8'

/** What only we say. */
const ONLY_OURS =
  /(?<=Bad Request): the (?:body|input) is no JSON \(position \d+\)|(?<=Unsupported Media Type): send application\/json/g

const input = (value: unknown) => `input=${encodeURIComponent(JSON.stringify(value))}`

const NAMES = Object.keys(kinds._def.procedures)

describe('over RPC, an answer is that of tRPC to the byte', () => {
  it.each(NAMES)(
    'an answer is that of tRPC for %s, alone and in batches, by GET and by POST',
    async (name) => {
      for (const path of [`kinds.${name}`, `deep.er.${name}`, `later.kinds.${name}`]) {
        await expectSame(get(`/${path}`))
        await expectSame(get(`/${path}?${input({ text: 'a' })}`))
        await expectSame(get(`/${path}?batch=1&${input({ 0: { text: 'a', count: 2 } })}`))
        await expectSame(
          get(`/kinds.hello,${path}?batch=1&${input({ 1: { text: 'far too long' } })}`),
        )
        await expectSame(get(`/${path},kinds.bug,${path}?batch=1`))
        await expectSame(post(`/${path}`, JSON.stringify({ text: 'a' })))
        await expectSame(post(`/${path}?batch=1`, JSON.stringify({ 0: { text: 'a' } })))
        await expectSame(post(`/kinds.touch,${path}?batch=1`, JSON.stringify({ 1: { text: 'b' } })))
      }
    },
  )

  it.each<[string, RpcSent]>([
    ['an unknown procedure', get('/kinds.nobody')],
    ['an unknown procedure in a batch', get('/kinds.hello,kinds.nobody?batch=1')],
    ['no procedure', get('/')],
    ['an object of every prototype', get('/__proto__')],
    ['an encoded path', get('/kinds%2Ehello')],
    ['a path of many segments', get('/kinds/hello')],
    ['a slash at its end', get('/kinds.hello/')],
    ['a broken encoding', get('/kinds.%E0%A4%A')],
    ['an input that is no JSON', get('/kinds.echo?input={')],
    ['an input that nobody wants and is no JSON', get('/kinds.hello?input={')],
    ['a batch whose input is no object', get('/kinds.echo?batch=1&input=1')],
    ['a batch whose input is a list', get(`/kinds.echo?batch=1&${input([{ text: 'a' }])}`)],
    ['a batch whose input is null', get(`/kinds.echo?batch=1&${input(null)}`)],
    ['a batch of commas', get('/,,?batch=1')],
    ['a batch that says so twice', get('/kinds.hello?batch=1&batch=0')],
    ['a comma without a batch', get('/kinds.hello,kinds.hello')],
    ['queries and mutations in one batch', get('/kinds.hello,kinds.touch?batch=1')],
    ['another media type on a GET', get('/kinds.hello', { 'content-type': 'text/plain' })],
    ['JSON on a GET', get('/kinds.hello', { 'content-type': 'application/json; charset=utf-8' })],
    ['a form on a GET', get('/kinds.hello', { 'content-type': 'multipart/form-data; boundary=x' })],
    ['bytes on a GET', get('/kinds.hello', { 'content-type': 'application/octet-stream' })],
    ['a streamed batch', get('/kinds.hello?batch=1', { 'trpc-accept': 'application/jsonl' })],
    ['a stream asked for alone', get('/kinds.stream', { 'trpc-accept': 'application/jsonl' })],
    [
      'JSON lines asked for by Accept',
      get('/kinds.hello?batch=1', { accept: 'application/jsonl' }),
    ],
    ['no body', { method: 'POST', target: '/kinds.touch' }],
    ['no body that is JSON', post('/kinds.touch', '')],
    ['a body that is no JSON', post('/kinds.add', '{')],
    ['a body that nobody reads and is no JSON', post('/kinds.touch', '{')],
    ['a body of another type', post('/kinds.add', '{"text":"a"}', 'text/plain')],
    [
      'a body whose type has a parameter',
      post('/kinds.add', '{"text":"a"}', 'application/json;x=y'),
    ],
    ['a body of a type like JSON', post('/kinds.add', '{"text":"a"}', 'application/jsonp')],
    ['a body of null', post('/kinds.add', 'null')],
    ['a body with a byte order mark', post('/kinds.add', '\uFEFF{"text":"a"}')],
    ['a body that is too large', post('/kinds.add', JSON.stringify({ text: 'x'.repeat(2_000) }))],
  ])('an answer is that of tRPC for %s', (_, sent) => expectSame(sent))

  it('an answer is that of tRPC for whatever is sent', async () => {
    const names = [...NAMES.map((name) => `kinds.${name}`), 'later.kinds.echo', 'none', '', '%20']
    const value = fc.oneof(
      fc.record({ text: fc.string({ maxLength: 7 }), count: fc.option(fc.double()) }),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const inputs = fc.oneof(
      fc.dictionary(fc.constantFrom('0', '1', '2', '11', 'x'), value).map((o) => JSON.stringify(o)),
      value.map((one) => JSON.stringify(one)),
      fc.string({ maxLength: 12 }),
    )
    const type = fc.constantFrom('application/json', 'text/plain', 'application/json ; q', '')
    const request = fc.record({
      paths: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
      method: fc.constantFrom('GET', 'POST'),
      batch: fc.constantFrom('batch=1', 'batch=2', 'batch', ''),
      inputs,
      type,
    })
    await fc.assert(
      fc.asyncProperty(
        request,
        async ({ paths, method, batch, inputs: sent, type: contentType }) => {
          const query = method === 'GET' ? `${batch}&input=${encodeURIComponent(sent)}` : batch
          const headers: Record<string, string> = contentType ? { 'content-type': contentType } : {}
          const body = method === 'POST' ? { body: sent } : {}
          await expectSame({ method, target: `/${paths.join(',')}?${query}`, headers, ...body })
        },
      ),
      { numRuns: 600 },
    )
  })
})

describe('over RPC, an answer differs from that of tRPC on purpose', () => {
  it('is JSON by its type too, where no call ever began', async () => {
    const { our, their } = await servers.ask(get('/kinds.hello,kinds.touch?batch=1'))
    expect([our.type, their.type]).toEqual(['application/json', UNTYPED])
    expect(our.body).toBe(their.body)
  })

  it('says how many calls a batch holds', async () => {
    const eleven = Array.from({ length: 11 }, () => 'kinds.hello').join(',')
    for (const sent of [get(`/${eleven}?batch=1`), post(`/${eleven}?batch=1`, '{}')]) {
      const { our, their } = await servers.ask(sent)
      expect([our.status, their.status]).toEqual([400, 400])
      expect(our.body).toContain('"message":"A batch holds at most 10 calls"')
      expect(their.body).toContain('"message":"Bad Request"')
    }
  })
})
