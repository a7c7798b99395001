import { describe, expect, it } from 'vitest'
import { useServer } from '../support/fixtures.ts'
import { callOf, postMessage } from '../support/mcp.ts'
import { seen, toolRouter } from '../support/mcp-router.ts'
import { openRaw } from '../support/raw.ts'

const fixture = useServer({
  router: toolRouter,
  times: { procedureTimeoutMs: 300, sweepMs: 50 },
})

interface RpcAnswer {
  readonly id: unknown
  readonly error?: { readonly code: number; readonly message: string }
  readonly result?: { readonly isError?: boolean; readonly content: { readonly text: string }[] }
}

const rpcOf = async (response: Response) => (await response.json()) as RpcAnswer
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

describe('what is no message', () => {
  it.each([
    ['broken JSON', '{"jsonrpc":', 'Bad Request: the body is no JSON (position 11)'],
    ['no body', '', 'Bad Request: send one message of JSON-RPC'],
    ['a batch', [ping, ping], 'Bad Request: send one message, not a batch'],
  ])('%s is answered 400', async (_, message, text) => {
    const response = await postMessage(fixture.server.url, message)
    expect(response.status).toBe(400)
    expect(await rpcOf(response)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32700, message: text },
    })
  })

  it.each([
    ...['null', '7', '"text"', '{}', '{"jsonrpc":"1.0","id":1,"method":"ping"}'],
    '{"jsonrpc":"2.0","id":1,"method":{"toString":1}}',
  ])('%s is answered 400', async (message) => {
    const response = await postMessage(fixture.server.url, message)
    expect(response.status).toBe(400)
    expect((await rpcOf(response)).error).toBeDefined()
  })

  it('another media type is answered 415', async () => {
    const headers = { 'content-type': 'text/plain' }
    const response = await postMessage(fixture.server.url, ping, { headers })
    expect(response.status).toBe(415)
  })

  it('more than 100 KiB are answered 413, whether their length is said or not', async () => {
    const huge = JSON.stringify(callOf('hello', { name: 'x'.repeat(110_000) }))
    expect((await postMessage(fixture.server.url, huge)).status).toBe(413)
    const chunked = await fetch(`${fixture.server.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: '*/*' },
      body: new Blob([huge]).stream(),
      duplex: 'half',
    })
    expect(chunked.status).toBe(413)
  })

  it('lists in one another are an input that does not fit', async () => {
    const depth = 40_000
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const text = JSON.stringify(callOf('hello', { name: 'DEEP' })).replace('"DEEP"', deep)
    const response = await postMessage(fixture.server.url, text)
    expect(response.status).toBeLessThan(500)
    expect((await postMessage(fixture.server.url, ping)).status).toBe(200)
  })
})

describe('what is no part of this protocol', () => {
  it.each(['GET', 'DELETE', 'PUT', 'HEAD'])('%s is answered 405 with Allow', async (method) => {
    const response = await fetch(`${fixture.server.url}/mcp`, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  it('an unknown version is answered 400', async () => {
    const headers = { 'mcp-protocol-version': '1999-01-01' }
    const response = await postMessage(fixture.server.url, callOf('hello', { name: 'Ada' }), {
      headers,
    })
    expect(response.status).toBe(400)
  })

  it.each(['resources/list', 'prompts/get', 'constructor', '__proto__', 'logging/setLevel'])(
    'the method %s is not found',
    async (method) => {
      const response = await postMessage(fixture.server.url, { ...ping, method, params: {} })
      expect((await rpcOf(response)).error?.code).toBe(-32601)
    },
  )

  it('a stream of changes is ended at once, as there are none', async () => {
    const version = '2026-07-28'
    const meta = {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const params = { _meta: meta, notifications: { toolsListChanged: true } }
    const method = 'subscriptions/listen'
    const response = await postMessage(
      fixture.server.url,
      { ...ping, method, params },
      { headers: { 'mcp-protocol-version': version, 'mcp-method': method } },
    )
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const events = (await response.text()).trim().split('\n\n')
    const [first, last, ...others] = events.map(
      (event) => JSON.parse(event.split('data: ')[1] ?? '') as object,
    )
    expect(first).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: {} },
    })
    expect(last).toMatchObject({ id: 1, result: { resultType: 'complete' } })
    expect(others).toEqual([])
  })

  it.each(['__proto__', 'constructor', 'reports.latest', ''])(
    'the tool %j is unknown',
    async (name) => {
      expect((await rpcOf(await postMessage(fixture.server.url, callOf(name)))).error).toEqual({
        code: -32602,
        message: 'Unknown tool',
      })
    },
  )

  it('a path below is not found', async () => {
    expect((await postMessage(fixture.server.url, ping, { path: '/mcp/hello' })).status).toBe(404)
  })
})

describe('what does not fit the schemas of the protocol', () => {
  const initialize = (experimental: unknown) => ({
    ...ping,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: { experimental },
      clientInfo: { name: 'x', version: '1' },
    },
  })
  const deep = `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`

  it.each([
    [
      'arguments that are none',
      { ...ping, method: 'tools/call', params: { name: 'hello', arguments: 7 } },
    ],
    ['no name of a tool', { ...ping, method: 'tools/call', params: {} }],
    ['an extension that is none', initialize({ x: 'text' })],
    ['objects in one another', JSON.stringify(initialize({ x: 'DEEP' })).replace('"DEEP"', deep)],
  ])('%s: nothing of the wording inside is told', async (_, message) => {
    const response = await postMessage(fixture.server.url, message)
    const { error } = await rpcOf(response)
    expect(error?.message).toMatch(/^(?:Invalid params|Parse error)$/)
    expect(Object.keys(error ?? {})).toEqual(['code', 'message'])
  })

  it('a client of 2025 may be objects in one another, as it is not looked at', async () => {
    const { params, ...call } = callOf('hello', { name: 'Ada' })
    const _meta = { 'io.modelcontextprotocol/clientInfo': 'DEEP' }
    const text = JSON.stringify({ ...call, params: { ...params, _meta } }).replace('"DEEP"', deep)
    const response = await postMessage(fixture.server.url, text)
    expect((await rpcOf(response)).result?.content[0]?.text).toBe('{"text":"Hello Ada"}')
  })
})

describe('a call that takes too long', () => {
  it('is told that the tool is not available, and its signal is aborted', async () => {
    seen.aborted = false
    const { result } = await rpcOf(await postMessage(fixture.server.url, callOf('slow')))
    expect(result?.isError).toBe(true)
    expect(result?.content[0]?.text).toBe('Service Unavailable')
    expect(seen.aborted).toBe(true)
  })

  it('is given up when its client leaves', async () => {
    seen.started = seen.aborted = false
    const body = JSON.stringify(callOf('slow'))
    const { socket, closed } = openRaw(
      fixture.server.port,
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await expect.poll(() => seen.started).toBe(true)
    socket.destroy()
    await closed
    await expect.poll(() => seen.aborted).toBe(true)
    await expect.poll(() => fixture.server.log.map(({ status }) => status)).toContain(499)
    expect(fixture.server.log.map(({ msg }) => msg)).not.toContain('request failed')
  })
})

it('is logged with the name of its tool, and of one that exists alone', async () => {
  await postMessage(fixture.server.url, callOf('hello', { name: 'Ada' }))
  await postMessage(fixture.server.url, callOf('/etc/passwd'))
  const routes = () => fixture.server.log.map(({ route }) => route)
  await expect.poll(routes).toContain('/mcp/hello')
  expect(routes()).not.toContain('/mcp//etc/passwd')
})
