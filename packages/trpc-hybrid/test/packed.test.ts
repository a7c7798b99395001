import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { HOSTS } from './hybrid/hosts.ts'
import { itServesTheShop } from './hybrid/shop-contract.ts'
import { bearer } from '../../server/test/support/contract.ts'
import { findFreePort, isListening } from '../../server/test/support/http.ts'
import { compileStrictly, emptyApp, packInto } from '../../server/test/support/install.ts'
import { AUDIENCE, startIssuer } from '../../server/test/support/issuer.ts'
import { end, ROOT, run } from '../../server/test/support/process.ts'
import { readBlocks } from '../../server/test/support/walkthrough.ts'

const SOURCE = ['hosts.ts', 'shop.ts'] as const
const blocks = readBlocks('packages/trpc-hybrid/README.md')
const example = blocks.find(({ language }) => language === 'ts')
const guarded = blocks.find(({ words }) => words.includes('guarded.ts'))

/** Starts the host whose name it is given. */
const MAIN = `
import { HOSTS } from './hosts.ts'

const host = await HOSTS[process.argv[2] ?? '']?.()
console.log('listening at ' + host?.url)
`

/** Each of these contexts is not that of the shop, which has a user. */
const WRONG = `
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import { createShop } from './shop.ts'

const shop = createShop()
// @ts-expect-error there is no user
nodeHandler(shop, { createContext: () => ({}) })
// @ts-expect-error a user is a string
nodeHandler(shop, { createContext: () => ({ user: 1 }) })
// @ts-expect-error there is no user
nodeHandler(shop, { createContext: () => Promise.resolve({}) })
// @ts-expect-error there is no user
fetchHandler(shop, { createContext: () => ({}) })
// @ts-expect-error a user is a string
fastifyPlugin(shop, { createContext: () => ({ user: 1 }) })
`

/** Tools, wherever there is fetch. */
const TOOLS = `
import { initTRPC } from '@trpc/server'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { withMcp } from 'trpc-hybrid/mcp'
import { z } from 'zod'

const t = initTRPC.meta<HybridMeta>().create()
const router = t.router({
  ticks: t.procedure.meta({ mcp: true }).output(z.object({ n: z.number() })).query(() => ({ n: 1 })),
})
const info = { title: 'Shop', version: '1.0.0' }
const hybrid = withMcp(createHybrid({ router, info }), { name: 'Shop', version: '1.0.0' })
const handle = fetchHandler(hybrid, { createContext: () => ({}) })
const answer = await handle(
  new Request('http://shop.test/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'ticks' } }),
  }),
)
console.log(await answer.text())
`

const PEERS = ['@trpc/server@11', 'zod@4', 'superjson@2', '@types/node@20']
const FRAMEWORKS = ['express@5', '@types/express@5', 'fastify@5', 'hono@4']

let folder: string
beforeAll(async () => {
  const copied = SOURCE.map((name) => [
    name,
    readFileSync(join(ROOT, 'packages/trpc-hybrid/test/hybrid', name), 'utf8'),
  ])
  const own = {
    'main.ts': MAIN,
    'wrong.ts': WRONG,
    'example.ts': example?.text ?? '',
    'guarded.ts': guarded?.text ?? '',
    'tools.ts': TOOLS,
  }
  folder = emptyApp({ ...(Object.fromEntries(copied) as Record<string, string>), ...own })
  await packInto(
    folder,
    ['trpc-hybrid', '@trpc-hybrid/access-token'],
    [...PEERS, ...FRAMEWORKS, '@modelcontextprotocol/server@2'],
  )
  await compileStrictly(folder, Object.keys(own))
})

it('is packed as what it needs to run, without the way to its sources', () => {
  const installed = join(folder, 'node_modules/trpc-hybrid')
  const text = readFileSync(join(installed, 'package.json'), 'utf8')
  const { dependencies } = JSON.parse(text) as { dependencies: object }
  expect(Object.keys(dependencies)).toEqual(['zod-openapi'])
  expect(text).not.toMatch(/source|scripts|src/)
  const files = ['LICENSE', 'README.md', 'dist/index.js', 'dist/adapters/fetch.d.ts']
  expect(files.filter((file) => !existsSync(join(installed, file)))).toEqual([])
  expect(existsSync(join(installed, 'src'))).toBe(false)
})

it('has types that import nothing but its peers and Node.js', () => {
  const dist = join(folder, 'node_modules/trpc-hybrid/dist')
  const types = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => readFileSync(join(dist, file), 'utf8'))
  const imports = types.flatMap((text) =>
    [...text.matchAll(/(?:from |import\()['"]([^.'"][^'"]*)/g)].map(([, name]) => name),
  )
  expect([...new Set(imports)].sort()).toEqual([
    '@modelcontextprotocol/server', // an optional peer, for what serves tools
    '@trpc/server',
    '@trpc/server/rpc',
    '@trpc/server/unstable-core-do-not-import',
    'node:http',
    'zod',
  ])
})

describe.each(Object.keys(HOSTS))('Installed, in %s', (name) => {
  itServesTheShop(async () => {
    const program = run([process.execPath, 'main.js', name], { cwd: folder })
    const [, url = ''] = await program.printed(/listening at (\S+)/)
    return { url, close: () => end(program) }
  })
})

describe("The README's example", () => {
  it('serves its procedure and its document', async () => {
    const PORT = String(await findFreePort())
    const program = run([process.execPath, 'example.js'], { cwd: folder, env: { PORT } })
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${PORT}${path}`)).json()
    await expect
      .poll(() => ask('/api/reports/1').catch(() => undefined))
      .toEqual({
        id: '1',
        title: 'The first one',
      })
    expect(await ask('/api/reports/2')).toEqual({ message: 'There is no such report' })
    expect(await ask('/openapi.json')).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: '/api' }],
      paths: { '/reports/{id}': { get: { operationId: 'report' } } },
    })
    await end(program)
  })
})

it("serves the README's guarded procedure to whoever has the permission", async () => {
  const issuer = await startIssuer()
  onTestFinished(() => issuer.close())
  const PORT = String(await findFreePort())
  const env = { ISSUER: issuer.issuer, AUDIENCE, PORT }
  const program = run([process.execPath, 'guarded.js'], { cwd: folder, env })
  onTestFinished(() => end(program))
  await expect.poll(() => isListening(Number(PORT))).toBe(true)
  const reader = await issuer.mint({ claims: { permissions: ['read:reports'] } })
  const input = encodeURIComponent('{"id":"1"}')
  for (const path of ['/api/reports/1', `/api/trpc/report?input=${input}`]) {
    const ask = (headers = {}) => fetch(`http://127.0.0.1:${PORT}${path}`, { headers })
    expect(await (await ask(bearer(reader))).text()).toContain('"reader":"auth0|someone"')
    const refusals = [await ask(), await ask(bearer(await issuer.mint()))]
    expect(refusals.map(({ status }) => status)).toEqual([401, 403])
    const challenges = refusals.map(({ headers }) => headers.get('www-authenticate'))
    expect(challenges).toEqual([
      expect.stringMatching(/^Bearer, DPoP algs="/),
      expect.stringContaining('error="insufficient_scope", scope="read:reports"'),
    ])
  }
})

it('serves tools from `trpc-hybrid/mcp`, with the official SDK beside it', async () => {
  const program = run([process.execPath, 'tools.js'], { cwd: folder })
  expect(await program.exit, program.output()).toBe(0)
  expect(JSON.parse(program.output())).toMatchObject({ result: { structuredContent: { n: 1 } } })
})
