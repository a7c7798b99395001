import { describe, expect, it } from 'vitest'
import type { Client } from '@modelcontextprotocol/client'
import { useServer } from '../support/fixtures.ts'
import { callOf, connectMcp, postMessage, REVISIONS } from '../support/mcp.ts'
import { seen, toolRouter } from '../support/mcp-router.ts'

const fixture = useServer({ router: toolRouter })

const tokenFor = (...permissions: string[]) => fixture.issuer.mint({ claims: { permissions } })
const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name)
const PUBLIC = ['hello', 'rename-report', 'bug', 'wrong', 'slow']

describe.each(REVISIONS)('a client of the revision %s', (revision) => {
  const connect = (token?: string) => connectMcp(fixture.server.url, { token, revision })

  it('sees the public tools without a token, and none that did not ask for it', async () => {
    expect(await namesOf(await connect())).toEqual(PUBLIC)
  })

  it('sees what its token may call', async () => {
    const token = await tokenFor()
    const names = ['hello', 'reports_latest', 'reports_ids', ...PUBLIC.slice(1)]
    expect(await namesOf(await connect(token))).toEqual(names)
    const admin = await connect(await tokenFor('delete:reports'))
    expect(await namesOf(admin)).toContain('reports_remove')
  })

  it('is told what a tool takes, gives and does', async () => {
    const client = await connect(await tokenFor('delete:reports'))
    const { tools } = await client.listTools()
    const tool = (name: string) => tools.find((one) => one.name === name)
    expect(tool('hello')).toMatchObject({
      title: 'Greet',
      description: 'Says hello.',
      annotations: { readOnlyHint: true },
      inputSchema: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', maxLength: 20 },
          since: { type: 'string', format: 'date-time' },
        },
      },
      outputSchema: { type: 'object', properties: { text: { type: 'string' } } },
    })
    expect(tool('reports_latest')).toMatchObject({
      title: 'Read the latest report',
      description: 'Read the latest report',
      inputSchema: { type: 'object' },
      outputSchema: { properties: { made: { type: 'string', format: 'date-time' } } },
    })
    expect(tool('bug')?.description).toBe('The mutation bug')
    expect(tool('reports_remove')?.annotations).toEqual({
      readOnlyHint: false,
      destructiveHint: true,
    })
    expect(tool('rename-report')?.annotations).toEqual({
      readOnlyHint: false,
      idempotentHint: true,
    })
  })

  it('calls a tool, with arguments as over REST, and gets text and structured content', async () => {
    const client = await connect()
    const call = { name: 'hello', arguments: { name: 'Ada', since: '2020-01-02T03:04:05Z' } }
    expect(await client.callTool(call)).toMatchObject({
      content: [{ type: 'text', text: '{"text":"Hello Ada since 2020"}' }],
      structuredContent: { text: 'Hello Ada since 2020' },
    })
  })

  it('calls protected tools with a token', async () => {
    const client = await connect(await tokenFor('delete:reports'))
    await client.listTools() // from then on it checks what comes by the schema that it was told
    expect(await client.callTool({ name: 'reports_latest' })).toMatchObject({
      structuredContent: { id: 'r1', made: '1970-01-01T00:00:00.000Z' },
    })
    expect(await client.callTool({ name: 'reports_ids' })).toMatchObject({
      content: [{ type: 'text', text: '["r1","r2"]' }],
    })
    await client.callTool({ name: 'reports_remove', arguments: { id: revision } })
    expect(seen.deleted).toContain(revision)
  })

  it('is told what does not fit its arguments', async () => {
    const client = await connect()
    const result = await client.callTool({ name: 'hello', arguments: { name: 7, since: 'x' } })
    expect(result.isError).toBe(true)
    expect(result.content).toEqual([
      {
        type: 'text',
        text: [
          'Input validation failed',
          '- name: Invalid input: expected string, received number',
          '- since: Invalid input: expected date, received string',
        ].join('\n'),
      },
    ])
  })

  it('is told what a feature refuses, and nothing of a bug', async () => {
    const client = await connect()
    const textOf = async (name: string, args = {}) => {
      const { isError, content } = await client.callTool({ name, arguments: args })
      expect(isError).toBe(true)
      return content
    }
    expect(await textOf('rename-report', { id: '1' })).toEqual([
      { type: 'text', text: 'A report of this name is there already' },
    ])
    const nothing = [{ type: 'text', text: 'Internal Server Error' }]
    expect(await textOf('bug')).toEqual(nothing)
    expect(await textOf('wrong')).toEqual(nothing)
    expect(fixture.server.log.filter(({ msg }) => msg === 'request failed').length).toBeGreaterThan(
      1,
    )
  })

  it('is told of a tool that does not exist', async () => {
    const client = await connect()
    await expect(client.callTool({ name: 'hidden' })).rejects.toThrow('Unknown tool')
  })

  it('stops a call that it gives up by closing its connection', async () => {
    seen.started = seen.aborted = false
    const client = await connect()
    const call = client.callTool({ name: 'slow' })
    await expect.poll(() => seen.started).toBe(true)
    await client.close()
    await expect(call).rejects.toThrow()
    await expect.poll(() => seen.aborted).toBe(true)
  })
})

it('a client of the revision 2026-07-28 cancels one call', async () => {
  const client = await connectMcp(fixture.server.url)
  seen.started = seen.aborted = false
  const cancel = new AbortController()
  const call = client.callTool({ name: 'slow' }, { signal: cancel.signal })
  await expect.poll(() => seen.started).toBe(true)
  cancel.abort('not needed')
  await expect(call).rejects.toThrow('not needed')
  await expect.poll(() => seen.aborted).toBe(true)
  expect(await client.callTool({ name: 'hello', arguments: { name: 'Ada' } })).toHaveProperty(
    'structuredContent',
  )
})

it('a notice of another client cancels nothing: ids of messages are those of their clients', async () => {
  seen.started = seen.aborted = false
  const call = postMessage(fixture.server.url, callOf('slow'))
  await expect.poll(() => seen.started).toBe(true)
  const notice = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
  expect((await postMessage(fixture.server.url, notice)).status).toBe(202)
  expect((await call).status).toBe(200)
  expect(seen.aborted).toBe(false)
})
