import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../support/http.ts'
import { AUDIENCE, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { end, ROOT, run, signal, TYPESCRIPT, type Program } from '../support/process.ts'
import hono from '../../../../examples/hono.ts'

let program: Program | undefined
afterEach(async () => {
  if (program) await end(program)
  program = undefined
})

type Ask = (path: string, headers?: Record<string, string>) => Promise<Response>

/** Runs an example on a free port. @returns what asks it */
async function start(name: string, env: Record<string, string> = {}): Promise<Ask> {
  const port = String(await findFreePort())
  const command = [process.execPath, ...TYPESCRIPT, join(ROOT, `examples/${name}.ts`)]
  program = run(command, { env: { PORT: port, ...env } })
  await program.printed(/listening/)
  return (path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers })
}

const input = encodeURIComponent(JSON.stringify({ id: 42 }))

async function servesTheReports(ask: Ask, rpcPath: string): Promise<void> {
  const rest = await ask('/api/reports/42', { 'x-user': 'ada' })
  expect(await rest.json()).toEqual({ id: 42, reader: 'ada' })
  const rpc = await ask(`${rpcPath}/reportById?input=${input}`, { 'x-user': 'ada' })
  expect(await rpc.json()).toEqual({ result: { data: { id: 42, reader: 'ada' } } })
  const refused = await ask('/api/reports/42')
  expect([refused.status, ((await refused.json()) as { message: string }).message]).toEqual([
    401,
    'Sign in first',
  ])
  const description = (await (await ask('/openapi.json')).json()) as { paths: object }
  expect(Object.keys(description.paths).join()).toMatch(/\/reports\/\{id\}$/)
}

describe('an example puts a tRPC router into an app', () => {
  it('puts a tRPC router into an app of Express, in place of trpc-to-openapi', async () => {
    await servesTheReports(await start('express-existing'), '/trpc')
  })

  it('puts a tRPC router into an app of Fastify', async () => {
    await servesTheReports(await start('fastify'), '/api/trpc')
  })

  it('puts a tRPC router into an app of Hono', async () => {
    await servesTheReports(
      async (path, headers = {}) => hono.request(path, { headers }),
      '/api/trpc',
    )
  })
})

describe('the help desk', () => {
  it('runs with nothing installed, and stops with its database', async () => {
    const env = { PORT: '0', LOCAL_ISSUER_PORT: '0' }
    program = run(['npm', 'run', '-s', 'helpdesk'], { env })
    const [, url = ''] = await program.printed(/Help desk +(http\S+)/)
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200)
    expect((await fetch(`${url}/api/v2/tickets`)).status).toBe(401)
    signal(program, 'SIGTERM')
    await program.exit
    expect(program.output()).toContain('stopping')
    expect(program.output()).not.toContain('could not be closed')
  })
})

describe('an example checks tokens alone, in an app of Fastify', () => {
  let issuer: TestIssuer
  beforeAll(async () => {
    issuer = await startIssuer()
  })
  afterAll(() => issuer.close())

  it('lets those through that have the permission', async () => {
    const ask = await start('tokens-only', { ISSUER: issuer.url, AUDIENCE })
    const withToken = async (permissions: string[]) => {
      const token = await issuer.mint({ claims: { permissions } })
      return ask('/reports', { authorization: `Bearer ${token}` })
    }
    expect(await (await withToken(['read:reports'])).json()).toEqual({ for: 'auth0|someone' })
    const denied = await withToken([])
    expect([denied.status, denied.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('scope="read:reports"'),
    ])
    expect((await ask('/reports')).status).toBe(401)
  })
})
