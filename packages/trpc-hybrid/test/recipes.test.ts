import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { listen, type Host } from './hybrid/hosts.ts'
import { itServesTheShop } from './hybrid/shop-contract.ts'
import { findFreePort } from '../../server/test/support/http.ts'
import { compileStrictly, emptyApp, packInto } from '../../server/test/support/install.ts'
import { asLambda, type LambdaHandler } from '../../server/test/support/lambda.ts'
import { end, ROOT, run } from '../../server/test/support/process.ts'
import { readBlocks } from '../../server/test/support/walkthrough.ts'

const README = 'packages/trpc-hybrid/README.md'
const RECIPES = ['nest.ts', 'koa.ts', 'lambda.ts', 'worker.ts']
const HYBRID = `
import { createShop } from './shop.ts'
export const hybrid = createShop({ restPath: '/api', rpcPath: '/api/trpc' })
`
const PEERS = ['@trpc/server@11', 'zod@4', 'superjson@2', '@types/node@20', '@types/koa@3']

let folder: string
beforeAll(async () => {
  const markdown = readFileSync(join(ROOT, README), 'utf8')
  const hosts = [...markdown.matchAll(/^\|.+\| `([^` ]+@[\d.]+)`/gm)].map(([, host = '']) => host)
  const [nest = ''] = hosts
  const ofNest = ['common', 'platform-express'].map((name) => nest.replace('core', name))
  const recipes = readBlocks(README).flatMap(({ words: [name = ''], text }) =>
    RECIPES.includes(name) ? [[name, text] as const] : [],
  )
  expect(recipes.map(([name]) => name)).toEqual(RECIPES)
  const shop = readFileSync(join(ROOT, 'packages/trpc-hybrid/test/hybrid/shop.ts'), 'utf8')
  folder = emptyApp({ ...Object.fromEntries(recipes), 'shop.ts': shop, 'hybrid.ts': HYBRID })
  const others = [...hosts, ...ofNest, 'reflect-metadata', 'rxjs', ...PEERS]
  await packInto(folder, ['trpc-hybrid'], others)
  await compileStrictly(folder, RECIPES, { skipLibCheck: true })
})

/** A program of a package of npm for this machine, such as `@oven/bun-linux-x64/bin/bun`. */
function programOf(scope: string, path: string): string {
  const scoped = join(folder, 'node_modules', scope)
  return join(scoped, readdirSync(scoped)[0] ?? '', path)
}

/** Runs a command that listens at the port that it is given. */
async function start(command: (port: string) => readonly string[]): Promise<Host> {
  const port = String(await findFreePort())
  const env = { PORT: port, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' }
  const program = run(command(port), { cwd: folder, env })
  const url = `http://127.0.0.1:${port}/api`
  await vi.waitFor(() => fetch(`${url}/items/1`), { timeout: 60_000 })
  return { url, close: () => end(program) }
}

/** A Worker as it is deployed: in one file, without `nodejs_compat`. */
async function startWorker(): Promise<Host> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'worker.ts')],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
  })
  const path = createRequire(join(folder, 'package.json')).resolve('miniflare')
  const { Miniflare } = (await import(pathToFileURL(path).href)) as { Miniflare: MiniflareLike }
  const script = outputFiles[0]?.text
  const settings = { modules: true, script, host: '127.0.0.1', port: 0, cf: false }
  const worker = new Miniflare({ ...settings, compatibilityDate: '2026-04-01' })
  return { url: `${(await worker.ready).origin}/api`, close: () => worker.dispose() }
}

type MiniflareLike = new (settings: object) => {
  readonly ready: Promise<URL>
  dispose(): Promise<void>
}

async function startLambda(): Promise<Host> {
  const path = pathToFileURL(join(folder, 'lambda.js')).href
  const { handler } = (await import(path)) as { handler: LambdaHandler }
  return listen(asLambda(handler), '/api')
}

const HOSTS: Readonly<Record<string, () => Promise<Host>>> = {
  NestJS: () => start(() => [process.execPath, 'nest.js']),
  Koa: () => start(() => [process.execPath, 'koa.js']),
  'AWS Lambda': startLambda,
  Bun: () => start(() => [programOf('@oven', 'bin/bun'), 'worker.ts']),
  Deno: () =>
    start((port) => {
      const options = ['--allow-env', '--host', '127.0.0.1', '--port', port]
      return [programOf('@deno', 'deno'), 'serve', ...options, 'worker.ts']
    }),
  Workers: startWorker,
}

describe.each(Object.entries(HOSTS))('The recipe for %s', (_name, startHost) => {
  itServesTheShop(startHost)
})

describe('A recipe leaves the other paths of its app', () => {
  it.each([
    ['NestJS', 'Cannot GET /other'],
    ['Koa', 'Not Found'],
  ])('leaves the other paths to %s', async (name, text) => {
    const host = await HOSTS[name]?.()
    const response = await fetch(new URL('/other', host?.url))
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining(text)])
    await host?.close()
  })
})
