import { initTRPC, tracked, TRPCError } from '@trpc/server'
import { observable } from '@trpc/server/observable'
import superjson from 'superjson'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FeatureError } from '../../src/errors/feature-error.ts'
import {
  protectedProcedure,
  publicProcedure,
  type Context,
} from '../../../server/test/support/trpc.ts'
import { serveBothWays, type RpcSent } from '../../../server/test/support/rpc-reference.ts'

/** As ours are served, so that both say the same to their clients. */
const sse = {
  ping: { enabled: true, intervalMs: 15_000 },
  client: { reconnectAfterInactivityMs: 45_000 },
}
const Resumed = z.object({ lastEventId: z.string().optional(), from: z.number().optional() })

async function* sent(...items: unknown[]) {
  for (const item of items) yield await Promise.resolve(item)
}
async function* failing(error: Error) {
  yield await Promise.resolve('begun')
  throw error
}
const circular: Record<string, unknown> = {}
circular['itself'] = circular

const subscriptions = {
  values: publicProcedure.subscription(() => sent(1, 'two\nlines', null, undefined, { a: [] }, '')),
  none: publicProcedure.subscription(() => sent()),
  tracked: publicProcedure.subscription(() => sent(tracked('1', 'a'), tracked('2', { b: 1 }))),
  mixed: publicProcedure.subscription(() => sent('first', tracked('1', 'a'), 'second', 'third')),
  resumed: publicProcedure
    .input(Resumed.optional())
    .subscription(({ input }) => sent({ input }, tracked('9', 'a'), 'b')),
  anyInput: publicProcedure.input(z.unknown()).subscription(({ input }) => sent({ input })),
  checked: publicProcedure.input(z.object({ n: z.number() })).subscription(() => sent(1)),
  guarded: protectedProcedure.subscription(() => sent('never')),
  bug: publicProcedure.subscription(() => failing(new Error('internal'))),
  refused: publicProcedure.subscription(() =>
    failing(new FeatureError('conflict', 'There is one')),
  ),
  fails: publicProcedure.subscription(() => {
    throw new TRPCError({ code: 'PRECONDITION_FAILED', message: 'internal' })
  }),
  gaveUp: publicProcedure.subscription(() => failing(new DOMException('gone', 'AbortError'))),
  gaveUpAtOnce: publicProcedure.subscription(() => {
    throw new DOMException('gone', 'AbortError')
  }),
  circular: publicProcedure.subscription(() => sent('first', circular, 'never')),
  bigint: publicProcedure.subscription(() => sent(1n)),
  date: publicProcedure.subscription(() => sent(new Date(0))),
  nothing: publicProcedure.subscription(() => undefined as never),
  value: publicProcedure.subscription(() => 'value' as never),
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as tRPC takes them
  observed: publicProcedure.subscription(() =>
    observable<string>((observer) => {
      observer.next('one')
      observer.next('two')
      observer.complete()
    }),
  ),
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as tRPC takes them
  observedError: publicProcedure.subscription(() =>
    observable<string>((observer) => {
      observer.error(new Error('internal'))
    }),
  ),
  iterator: publicProcedure.subscription(() => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: true as const, value: undefined }),
    }),
  })),
  noIterator: publicProcedure.subscription(() => ({
    [Symbol.asyncIterator]: (): AsyncIterator<never> => {
      throw new Error('internal')
    },
  })),
  query: publicProcedure.query(() => 'a query'),
}
/** What tRPC calls the JSON of a request in which no call ever began. */
const UNTYPED = 'text/plain;charset=UTF-8'
const NAMES = Object.keys(subscriptions)

const get = (target: string, headers: Record<string, string> = {}): RpcSent => ({
  method: 'GET',
  target,
  headers,
})
const input = (value: unknown) => `input=${encodeURIComponent(JSON.stringify(value))}`

const REQUESTS: [string, RpcSent][] = [
  ...NAMES.map((name): [string, RpcSent] => [name, get(`/${name}`)]),
  ['an id in a header', get('/resumed', { 'last-event-id': '7' })],
  ['an id in the query', get('/resumed?lastEventId=7')],
  ['an id in the query, as polyfills send it', get('/resumed?Last-Event-Id=7')],
  ['an id with an input', get(`/resumed?lastEventId=7&${input({ from: 3 })}`)],
  ['an id with an input of another type', get(`/anyInput?lastEventId=7&${input([1])}`)],
  ['an id with an input of null', get(`/anyInput?lastEventId=7&${input(null)}`)],
  ['an empty id', get('/resumed?lastEventId=', { 'last-event-id': '' })],
  ['an id that can not be sent back', get('/mixed?lastEventId=a%0Ab')],
  ['an id that events without one leave', get('/values?lastEventId=7')],
  ['an input that does not fit', get(`/checked?${input({ n: 'one' })}`)],
  ['an input', get(`/checked?${input({ n: 1 })}`)],
  ['an encoded path', get('/%76alues')],
  ['a path of many segments', get('/some/where/values')],
  ['a batch', get('/values?batch=1')],
  ['two in a batch', get('/values,none?batch=1')],
  ['two without a batch', get('/values,none')],
  ['JSON as its content type', get('/values', { 'content-type': 'application/json' })],
  ['another content type', get('/values', { 'content-type': 'text/plain' })],
  ['a form', get('/values', { 'content-type': 'multipart/form-data; boundary=x' })],
  ['events asked for', get('/values', { accept: 'text/event-stream' })],
  ['JSON lines asked for', get('/values', { 'trpc-accept': 'application/jsonl' })],
  [
    'JSON lines asked for, in a batch',
    get('/values?batch=1', { 'trpc-accept': 'application/jsonl' }),
  ],
  ['connection parameters', get('/values?connectionParams=null')],
  ['HEAD', { method: 'HEAD', target: '/values' }],
  [
    'POST',
    {
      method: 'POST',
      target: '/values',
      headers: { 'content-type': 'application/json' },
      body: '',
    },
  ],
]

describe.each([
  ['a router', initTRPC.context<Context>().create({ sse })],
  [
    'a router with a transformer',
    initTRPC.context<Context>().create({ sse, transformer: superjson }),
  ],
  [
    'a router whose streams end at once',
    initTRPC.context<Context>().create({ sse: { ...sse, emitAndEndImmediately: true } }),
  ],
  [
    'a router without streams',
    initTRPC.context<Context>().create({ sse: { ...sse, enabled: false } }),
  ],
])('A subscription of %s is answered as tRPC does, to the byte', (_name, t) => {
  let servers: Awaited<ReturnType<typeof serveBothWays>>
  beforeAll(async () => {
    servers = await serveBothWays(() => t.router(subscriptions as never))
  })
  afterAll(() => servers.close())

  it.each(REQUESTS)('%s', async (_case, request) => {
    const { our, their } = await servers.ask(request)
    const type = their.type === UNTYPED ? 'application/json' : their.type
    expect(our).toEqual({ ...their, type })
  })
})
