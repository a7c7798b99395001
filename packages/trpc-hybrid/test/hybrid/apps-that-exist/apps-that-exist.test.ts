import { Ajv2020 } from 'ajv/dist/2020.js'
import type { OpenAPIObject } from 'trpc-openapi'
import { describe, expect, it } from 'vitest'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { lintDescription } from '../../../../server/test/support/lint-description.ts'
import { callerOf, type App } from './app.ts'
import { clientsOf, describedOf, jsonOf, type Json } from './clients.ts'
import { hosting } from './hosting.ts'
import { signing } from './signing.ts'
import { traced } from './traces.ts'

const APPS: Readonly<Record<string, App>> = { hosting, signing, traced }
const SIGNED_IN = { cookie: 'session=ann' }

describe.each(Object.entries(APPS))('The app %s', (_, app) => {
  const { hybrid, samples } = app
  const { rest, rpc } = clientsOf(app)
  const rows = Object.entries(samples).map(([name, sample]) => ({
    name,
    credentials: sample.guarded ? SIGNED_IN : {},
    unfit: [],
    operation: describedOf(app, name),
    ...sample,
  }))
  const withRoute = rows.filter(({ operation }) => operation)

  it('is served and described whole', () => {
    expect(hybrid.check()).toEqual([])
    expect(hybrid.operations.map(({ name }) => name).toSorted()).toEqual(
      withRoute.map(({ name }) => name).toSorted(),
    )
  })

  it('has a description that no rule has anything against', async () => {
    const servers = [{ url: 'https://api.hybrid.test' }]
    const info = { ...hybrid.document.info, license: { name: 'MIT', identifier: 'MIT' } }
    const document = { ...hybrid.document, info, servers } as unknown as OpenAPIObject
    expect(await lintDescription(document)).toEqual([])
  })

  it.each(withRoute)('answers $name over REST', async ({ name, send, answer, credentials }) => {
    const { status, body } = await rest(name, send, credentials)
    expect(body).toEqual(answer)
    expect(answer === null ? [200, 204] : [200]).toContain(status)
  })

  it.each(rows)('answers $name over RPC', async ({ name, send, answer, credentials }) => {
    expect(await rpc(name, send, credentials)).toEqual({ status: 200, body: answer })
  })

  const bodies = withRoute.filter(({ operation, send }) => operation?.requestBody && send)
  it.each(bodies)('describes a body that $name takes', ({ operation, send }) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const { content } = operation?.requestBody as { content: Record<string, { schema: Json }> }
    const { schema } = content['application/json'] ?? {}
    ajv.validate({ ...schema, components: hybrid.document.components }, jsonOf(send))
    expect(ajv.errorsText()).toBe('No errors')
  })

  const unfits = rows.flatMap(({ unfit, ...row }) => unfit.map((sent) => ({ ...row, sent })))
  it.each(unfits)('refuses $sent for $name', async ({ name, sent, credentials, operation }) => {
    for (const call of operation ? [rest, rpc] : [rpc]) {
      const answer = await call(name, sent, credentials)
      expect(answer).toMatchObject({ status: 400, body: { message: 'Input validation failed' } })
    }
  })

  const guarded = rows.filter((row) => row.guarded)
  it.each(guarded)('refuses anonymous callers of $name', async ({ name, send, operation }) => {
    const { status } = await rpc(name, send, {})
    expect([401, 403]).toContain(status)
    if (!operation) return
    expect((await rest(name, send, {})).status).toBe(status)
    expect(operation.security).not.toEqual([])
  })

  it.each(withRoute.filter((row) => !row.guarded))(
    'describes $name as open to all',
    ({ operation }) => {
      expect(operation?.security).toEqual([])
    },
  )
})

it('a subscription without a route is served over RPC', async () => {
  const handle = fetchHandler(traced.hybrid, {
    createContext: ({ request }) => callerOf(request),
  })
  const response = await handle(new Request('http://api.test/trpc/ticks'))
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(await response.text()).toContain('data: 1\n')
})
