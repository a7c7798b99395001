import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { initTRPC } from '@trpc/server'
import {
  createGuard,
  createHybrid,
  FeatureError,
  fileOutput,
  RouterError,
  type HybridMeta,
  type OnError,
} from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { withMcp } from 'trpc-hybrid/mcp'
import { expect, it } from 'vitest'
import { z } from 'zod'

interface Context {
  readonly key: string | undefined
}

const { procedure, router } = initTRPC.context<Context>().meta<HybridMeta>().create()
const tool = procedure.meta({ mcp: true })
const Nothing = z.object({})
const info = { title: 'Shop', version: '1.0.0' }

/** A guard that knows no tokens. */
const keyed = tool.use(
  createGuard(({ key }: Context) => {
    if (key !== 'right') throw new FeatureError('forbidden', 'A key is needed')
    return { owner: 'somebody' }
  }),
)
/** One behind it, which needs what that adds. */
const owned = keyed.use(
  createGuard(({ owner }: { owner: string }) => {
    if (owner !== 'somebody') throw new FeatureError('forbidden', 'Not yours')
    return undefined
  }),
)

const shop = router({
  open: tool.output(Nothing).query(() => ({})),
  own: owned.output(z.object({ ok: z.boolean() })).query(() => ({ ok: true })),
  choice: tool
    .input(
      z.discriminatedUnion('by', [
        z.object({ by: z.literal('id'), id: z.string() }),
        z.object({ by: z.literal('name'), name: z.string() }),
      ]),
    )
    .output(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]))
    .query(({ input }) => (input.by === 'id' ? { a: input.id } : { b: input.name })),
  tree: tool
    .input(Tree())
    .output(z.object({ depth: z.number() }))
    .query(({ input }) => ({ depth: input.children.length })),
  place: tool
    .output(z.instanceof(URL).meta({ type: 'object', description: 'Of a class.' }))
    .query(() => Object.assign(new URL('http://a.test/'), { toJSON: () => ({ host: 'a.test' }) })),
  maybe: tool
    .input(z.object({ id: z.string() }).optional())
    .output(z.string().nullable())
    .query(({ input }) => input?.id ?? null),
})

interface TreeNode {
  readonly children: readonly TreeNode[]
}
function Tree(): z.ZodType<TreeNode, TreeNode> {
  const node: z.ZodType<TreeNode, TreeNode> = z.object({ children: z.lazy(() => z.array(node)) })
  return node
}

interface ConnectOptions {
  readonly key?: string
  readonly served?: ReturnType<typeof createHybrid>
}

async function connect({ key, served }: ConnectOptions = {}): Promise<Client> {
  const given = served ?? createHybrid({ router: shop, info })
  const hybrid = withMcp(given, { name: 'shop', version: '1.0.0' })
  const handle = fetchHandler(hybrid, { createContext: () => ({ key }) })
  const client = new Client({ name: 'test', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL('http://shop.test/mcp'), {
    fetch: (url, init) => handle(new Request(url, init)),
  })
  await client.connect(transport)
  return client
}

it('serves tools wherever there is fetch, behind guards of any kind', async () => {
  const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name)
  const stranger = await connect()
  expect(stranger.getServerVersion()).toMatchObject({ name: 'shop', version: '1.0.0' })
  expect(await namesOf(stranger)).toEqual(['open', 'choice', 'tree', 'place', 'maybe'])
  expect(await stranger.callTool({ name: 'own' })).toMatchObject({
    isError: true,
    content: [{ text: 'A key is needed' }],
  })
  const owner = await connect({ key: 'right' })
  expect(await namesOf(owner)).toContain('own')
  expect(await owner.callTool({ name: 'own' })).toMatchObject({ structuredContent: { ok: true } })
})

it('describes unions, recursion and what may be left out, so that its client can check what comes', async () => {
  const client = await connect()
  const { tools } = await client.listTools()
  const choice = tools.find(({ name }) => name === 'choice')
  expect(choice?.inputSchema).toMatchObject({ type: 'object', oneOf: [{}, {}] })
  expect(choice?.outputSchema).toMatchObject({ type: 'object', anyOf: [{}, {}] })
  const tree = tools.find(({ name }) => name === 'tree')
  expect(JSON.stringify(tree?.inputSchema)).not.toContain('#/components')
  const call = async (name: string, args?: Record<string, unknown>) =>
    client.callTool({ name, ...(args && { arguments: args }) })
  expect(await call('choice', { by: 'id', id: 'x' })).toMatchObject({
    structuredContent: { a: 'x' },
  })
  expect(await call('tree', { children: [{ children: [] }] })).toMatchObject({
    structuredContent: { depth: 1 },
  })
  expect(await call('place')).toMatchObject({ structuredContent: { host: 'a.test' } })
  expect(await call('maybe')).toMatchObject({ content: [{ text: 'null' }] })
  expect(await call('maybe', { id: 'y' })).toMatchObject({ content: [{ text: 'y' }] })
})

it('takes what gives a stream for a bug, since a tool gives one value', async () => {
  const Items = z.custom<AsyncIterable<number>>()
  const streaming = router({
    items: tool.output(Items).query(async function* () {
      yield await Promise.resolve(1)
    }),
  })
  const causes: unknown[] = []
  const onError: OnError = ({ error }) => causes.push(error.cause)
  const client = await connect({ served: createHybrid({ router: streaming, info, onError }) })
  expect(await client.callTool({ name: 'items' })).toEqual({
    isError: true,
    content: [{ type: 'text', text: 'Internal Server Error' }],
  })
  expect(causes).toContainEqual(new Error('A tool gives one value, and this one gave a stream'))
})

it('lets no page call unless its origin is allowed', async () => {
  const hybrid = createHybrid({ router: shop, info })
  const statusFor = async (allowsOrigin?: (origin: string) => boolean) => {
    const served = withMcp(hybrid, {
      name: 'shop',
      version: '1.0.0',
      ...(allowsOrigin && { allowsOrigin }),
    })
    const handle = fetchHandler(served, { createContext: () => ({ key: undefined }) })
    const request = new Request('http://shop.test/mcp', {
      method: 'POST',
      headers: {
        origin: 'https://shop.test',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    })
    return (await handle(request)).status
  }
  expect(await statusFor()).toBe(403)
  expect(await statusFor((origin) => origin === 'https://shop.test')).toBe(200)
})

it('makes no document by being there, and serves everything else as before', async () => {
  const hybrid = createHybrid({ router: shop, info, mcpPath: '/tools' })
  const served = withMcp(hybrid, { name: 'shop', version: '1.0.0' })
  expect(Object.getOwnPropertyDescriptor(served, 'document')).not.toHaveProperty('value')
  expect(served.find('POST', '/mcp')).toBeUndefined()
  expect(served.find('POST', '/tools')?.template).toBe('/tools')
  const handle = fetchHandler(served, { createContext: () => ({ key: undefined }) })
  expect((await handle(new Request('http://shop.test/trpc/open'))).status).toBe(200)
})

it('is given back as it is where nothing is a tool', () => {
  const hybrid = createHybrid({ router: router({}), info })
  expect(withMcp(hybrid, { name: 'shop', version: '1.0.0' })).toBe(hybrid)
})

it('refuses at start what can be no tool, by name and with what to do', () => {
  const unfit = router({
    'ends.a': tool.output(Nothing).query(() => ({})),
    ends_a: tool.output(Nothing).query(() => ({})),
    named: procedure
      .meta({ mcp: { name: 'ends_a' } })
      .output(Nothing)
      .query(() => ({})),
    badly: procedure
      .meta({ mcp: { name: 'two words' } })
      .output(Nothing)
      .query(() => ({})),
    ticks: tool.subscription(async function* () {
      yield await Promise.resolve(1)
    }),
    picture: tool.output(fileOutput('image/png')).query(() => new Blob([])),
    upload: tool
      .input(z.object({ file: z.file() }))
      .output(Nothing)
      .mutation(() => ({})),
    list: tool
      .input(z.array(z.string()))
      .output(Nothing)
      .query(() => ({})),
    anything: tool.query(() => ({})),
    at: procedure
      .meta({ openapi: { method: 'GET', path: '/mcp' } })
      .output(Nothing)
      .query(() => ({})),
  })
  const start = () => createHybrid({ router: unfit, info })
  expect(start).toThrow(RouterError)
  let problems: readonly string[] = []
  try {
    start()
  } catch (error) {
    problems = (error as RouterError).problems
  }
  expect(problems).toEqual([
    'anything: it has no output schema: write .output(z.object({ … }))',
    "at: its path /mcp is the server's own: choose one that is not at /mcp",
    'badly: its tool name is "two words": write 1 to 128 letters, digits, _ and - into its mcp meta',
    'ends_a: its tool name ends_a is that of ends.a: write another into its mcp meta',
    'list: its input is no object, and the arguments of a tool have names: write .input(z.object({ … })), or take `mcp` out of its meta',
    'named: its tool name ends_a is that of ends.a: write another into its mcp meta',
    'picture: its output is a file, which a tool has not: take `mcp` out of its meta',
    'ticks: a subscription is no tool: take `mcp` out of its meta',
    'upload: its input holds a file, which no tool is given: take `mcp` out of its meta',
  ])
})
