import { Server } from '@modelcontextprotocol/server'
import { initTRPC, TRPCError } from '@trpc/server'
import fc from 'fast-check'
import { createHybrid, FeatureError, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { withMcp } from 'trpc-hybrid/mcp'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'

/** Each server of the SDK that answers a message is told its handlers. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- what the package makes for each message
const official = vi.spyOn(Server.prototype, 'setRequestHandler')
afterAll(() => {
  official.mockRestore()
})

const { procedure, router } = initTRPC.meta<HybridMeta>().create()
const tool = procedure.meta({ mcp: true })
const anything = z.record(z.string(), z.unknown())

const shop = router({
  echo: tool
    .input(anything)
    .output(anything)
    .query(({ input }) => input),
  text: tool.output(z.string()).query(() => 'Ä\u2028"\ud800</script>'),
  nothing: tool.output(z.void()).mutation(() => undefined),
  list: tool.output(z.array(z.number())).query(() => [1, 2.5]),
  named: tool
    .input(z.strictObject({ name: z.string().optional() }))
    .output(z.object({ name: z.string(), at: z.date() }))
    .query(({ input: { name = 'nobody' } }) => ({ name, at: new Date(0) })),
  refused: tool.output(z.string()).query(() => {
    throw new FeatureError('conflict', 'It is there already')
  }),
  locked: tool.output(z.string()).query(() => {
    throw new TRPCError({ code: 'UNAUTHORIZED' })
  }),
  bug: tool.output(z.string()).query(() => {
    throw new Error('secret')
  }),
})

interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

function createServer() {
  const hybrid = createHybrid({ router: shop, info: { title: 'Shop', version: '1.0.0' } })
  const served = withMcp(hybrid, { name: 'shop', version: '1.0.0' })
  const handle = fetchHandler(served, { createContext: () => ({}) })
  return async ({ headers, body }: Message) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await handle(new Request('http://shop.test/mcp', init))
    const { status } = response
    return { status, headers: [...response.headers], body: await response.text() }
  }
}

const HEADERS = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
}
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': { roots: {} },
}

interface CallOf {
  readonly name: string
  readonly arguments?: unknown
  readonly _meta?: Readonly<Record<string, unknown>>
}

const calls = {
  '2025-11-25': (params: CallOf): Message => ({
    headers: { ...HEADERS, 'mcp-protocol-version': '2025-11-25' },
    body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
  }),
  '2026-07-28': ({ _meta, ...params }: CallOf): Message => ({
    headers: {
      ...HEADERS,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': params.name,
    },
    body: {
      ...{ jsonrpc: '2.0', id: 'a', method: 'tools/call' },
      params: { ...params, _meta: { ...META, ..._meta } },
    },
  }),
}

/** A server that has answered nothing yet leaves all to the official one. */
const answerOfficially = (message: Message) => createServer()(message)

describe.each(['2025-11-25', '2026-07-28'] as const)('a client of %s', (revision) => {
  const callOf = calls[revision]

  it('is known from its second call on, which the official server is not asked for', async () => {
    const send = createServer()
    official.mockClear()
    await send(callOf({ name: 'text' }))
    expect(official).toHaveBeenCalled()
    official.mockClear()
    const _meta = { progressToken: 7, 'vendor/call': 'x' }
    const { body } = await send(callOf({ name: 'echo', arguments: { a: 1 }, _meta }))
    expect(official).not.toHaveBeenCalled()
    expect(JSON.parse(body)).toMatchObject({ result: { structuredContent: { a: 1 } } })
  })

  it.each([...['text', 'nothing', 'list', 'named', 'refused', 'locked', 'bug', 'echo', 'unknown']])(
    'gets the same answer of the tool %s, byte for byte',
    async (name) => {
      const send = createServer()
      await send(callOf({ name: 'text' }))
      for (const args of [undefined, {}, { name: 'Ada' }, { name: 7 }, { name: [{ n: null }] }]) {
        const message = callOf({ name, ...(args && { arguments: args }) })
        expect(await send(message)).toEqual(await answerOfficially(message))
      }
    },
  )
})

describe('what is remembered of clients', () => {
  const callBy = (name: string, tool = 'text') =>
    calls['2026-07-28']({
      name: tool,
      _meta: { 'io.modelcontextprotocol/clientInfo': { name, version: '1' } },
    })

  async function isKnown(send: ReturnType<typeof createServer>, name: string): Promise<boolean> {
    official.mockClear()
    await send(callBy(name))
    return official.mock.calls.length === 0
  }

  it('is that of 100 and no more', async () => {
    const send = createServer()
    const names = Array.from({ length: 100 }, (_, at) => `client ${at}`)
    for (const name of names) expect(await isKnown(send, name)).toBe(false)
    await send(callBy('client 0', 'unknown'))
    for (const name of names) expect(await isKnown(send, name)).toBe(true)
    expect(await isKnown(send, 'one more')).toBe(false)
    expect(await isKnown(send, 'client 0')).toBe(false)
    expect(await isKnown(send, 'one more')).toBe(true)
  })

  it('is nothing of one that says very much', async () => {
    const send = createServer()
    const name = 'x'.repeat(2_000)
    await send(callBy(name))
    expect(await isKnown(send, name)).toBe(false)
  })
})

const PROTO = JSON.parse('{"__proto__":{"a":1}}') as unknown
const deep = JSON.parse(`${'{"a":'.repeat(400)}1${'}'.repeat(400)}`) as unknown
const ABSENT = undefined
const META_PATH = 'body params _meta io.modelcontextprotocol/'

/** What a message may have in some place, in place of what it has. */
const CHANGES: Readonly<Record<string, readonly unknown[]>> = {
  'headers accept': ['text/event-stream, application/json', 'application/json', '*/*', ABSENT],
  'headers content-type': [
    'application/json; charset=utf-8',
    'application/json; a, b',
    'text/plain',
  ],
  'headers mcp-protocol-version': ['2025-11-25', '2026-07-28', '2025-03-26', '2099-01-01', ABSENT],
  'headers mcp-method': ['tools/call', 'tools/list', '', ABSENT],
  'headers mcp-name': ['echo', 'text', '=?base64?ZWNobw==?=', '', ABSENT],
  'headers mcp-session-id': ['1'],
  'body jsonrpc': ['1.0', 2, ABSENT],
  'body id': [0, '', -1, 1.5, 2 ** 53, null, {}, ABSENT],
  'body method': ['tools/list', 'ping', 7, ABSENT],
  'body more': [1],
  'body params': [null, [], {}, 'text', ABSENT],
  'body params name': ['text', 'unknown', '', 7, ABSENT],
  'body params arguments': [
    ...[{}, { name: 'Ada' }, { toJSON: 1 }, { constructor: 7 }, PROTO],
    ...[[], null, 'text', deep, ABSENT],
  ],
  'body params more': [1],
  'body params _meta': [null, [], {}, 'text', PROTO, { constructor: 7 }, ABSENT],
  'body params _meta progressToken': [1, 'p', 1.5, null, {}],
  'body params _meta vendor/call': ['y', { deep }, ABSENT],
  'body params _meta traceparent': ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 7],
  [`${META_PATH}related-task`]: [{ taskId: '1' }, 7],
  [`${META_PATH}logLevel`]: ['info', 7],
  [`${META_PATH}protocolVersion`]: ['2026-07-28', '2025-11-25', '2099-01-01', 7, null, ABSENT],
  [`${META_PATH}clientInfo`]: [
    ...[
      { name: 'x' },
      { name: 'x', version: '1', icons: 7 },
      { name: 'x', version: '1', title: 'X' },
    ],
    ...[null, 'text', deep, ABSENT],
  ],
  [`${META_PATH}clientCapabilities`]: [{}, { roots: 7 }, { extensions: {} }, [], null, ABSENT],
}

type Change = readonly [place: string, value: unknown]

function changed(message: Message, changes: readonly Change[]): Message {
  const copy = structuredClone(message)
  for (const [place, value] of changes) {
    const keys = place.split(' ')
    const last = keys.pop() ?? ''
    let parent: unknown = copy
    for (const key of keys) parent = (parent as Record<string, unknown> | undefined)?.[key]
    if (typeof parent !== 'object' || parent === null) continue
    if (value === ABSENT) Reflect.deleteProperty(parent, last)
    else Reflect.set(parent, last, value)
  }
  return copy
}

const ALL_CHANGES = Object.entries(CHANGES).flatMap(([place, values]) =>
  values.map((value): Change => [place, value]),
)
const BASES = (['2025-11-25', '2026-07-28'] as const).flatMap((revision) =>
  ['echo', 'named'].map((name) => calls[revision]({ name, _meta: { 'vendor/call': 'x' } })),
)

/** A server that knows clients of both. */
async function createExperienced() {
  const send = createServer()
  for (const base of BASES) await send(base)
  return send
}

it.each(Object.entries(CHANGES))(
  'a call whose %s is another gets the same answer',
  async (place, values) => {
    const send = await createExperienced()
    for (const message of BASES.flatMap((base) =>
      values.map((value) => changed(base, [[place, value]])),
    )) {
      expect(await send(message)).toEqual(await answerOfficially(message))
    }
  },
)

it('gives the same answer to any message, whatever came before', async () => {
  const send = await createExperienced()
  const changes = fc.array(fc.constantFrom(...ALL_CHANGES), { minLength: 2, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...BASES), changes, async (base, several) => {
      const message = changed(base, several)
      expect(await send(message)).toEqual(await answerOfficially(message))
    }),
    { numRuns: 200 },
  )
})
