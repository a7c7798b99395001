import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type StartedApi } from './start-api.ts'

let api: StartedApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

/** Reads a message over REST, as whoever the token is of. */
async function read(message: string, token?: string) {
  const sent = request(api.url).get(`/api/messages/${message}`)
  const { status, text, headers } = await (token === undefined
    ? sent
    : sent.auth(token, { type: 'bearer' }))
  return { status, text, challenge: headers['www-authenticate'] }
}

const PUBLIC = `{"message":"The API doesn't require an access token to share this message."}`
const PROTECTED = '{"message":"The API successfully validated your access token."}'
const ADMIN = '{"message":"The API successfully recognized you as an admin."}'

describe('the public message', () => {
  it('is for anyone', async () => {
    expect(await read('public')).toMatchObject({ status: 200, text: PUBLIC })
  })
})

describe('the protected message', () => {
  it('is for whoever has a valid access token', async () => {
    const answer = await read('protected', await api.tokenOf('user'))
    expect(answer).toMatchObject({ status: 200, text: PROTECTED })
  })

  it('asks for a token where there is none', async () => {
    const { status, text, challenge } = await read('protected')
    expect({ status, text }).toEqual({
      status: 401,
      text: '{"message":"Requires authentication"}',
    })
    expect(challenge).toContain('resource_metadata=')
  })

  it('refuses what is no token', async () => {
    const { status, text, challenge } = await read('protected', 'no-token')
    expect({ status, text }).toEqual({ status: 401, text: '{"message":"Bad credentials"}' })
    expect(challenge).toContain('error="invalid_token"')
  })
})

describe('the admin message', () => {
  it('is for whoever holds the permission', async () => {
    const answer = await read('admin', await api.tokenOf('admin'))
    expect(answer).toMatchObject({ status: 200, text: ADMIN })
  })

  it('names the permission that a token lacks', async () => {
    const { status, text, challenge } = await read('admin', await api.tokenOf('user'))
    expect({ status, text }).toEqual({ status: 403, text: '{"message":"Permission denied"}' })
    expect(challenge).toContain('error="insufficient_scope", scope="read:admin-messages"')
  })
})

describe('the messages as tools (MCP)', () => {
  /** Sends one message of the protocol. */
  async function ask(method: string, params: object, token?: string) {
    const sent = request(api.url).post('/mcp').set('accept', 'application/json, text/event-stream')
    if (token !== undefined) sent.auth(token, { type: 'bearer' })
    return sent.send({ jsonrpc: '2.0', id: 1, method, params })
  }
  const namesFor = async (token?: string) => {
    const answer = await ask('tools/list', {}, token)
    const { result } = answer.body as { result: { tools: { name: string }[] } }
    return result.tools.map(({ name }) => name)
  }

  it('are listed to those who may read them', async () => {
    expect(await namesFor()).toEqual(['messages_public'])
    expect(await namesFor(await api.tokenOf('user'))).toEqual([
      'messages_public',
      'messages_protected',
    ])
    expect(await namesFor(await api.tokenOf('admin'))).toContain('messages_admin')
  })

  it('are read behind the same guards', async () => {
    const call = { name: 'messages_admin', arguments: {} }
    expect(await ask('tools/call', call, await api.tokenOf('admin'))).toMatchObject({
      body: { result: { structuredContent: JSON.parse(ADMIN) as object } },
    })
    expect(await ask('tools/call', call, await api.tokenOf('user'))).toMatchObject({ status: 403 })
    expect(await ask('tools/call', call)).toMatchObject({ status: 401 })
  })
})
