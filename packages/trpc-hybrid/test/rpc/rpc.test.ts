import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  TRPCClientError,
} from '@trpc/client'
import { describe, expect, it } from 'vitest'
import { bearer, MESSAGES } from '../../../server/test/support/contract.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { ADMIN } from '../../../server/test/support/issuer.ts'
import type { TestRouter } from '../../../server/test/support/router.ts'

const fixture = useServer()
const rpc = (path: string, init?: RequestInit) => fetch(`${fixture.server.url}/trpc${path}`, init)

const LINKS: Record<string, typeof httpLink | typeof httpBatchLink | typeof httpBatchStreamLink> = {
  httpLink,
  httpBatchLink,
  httpBatchStreamLink,
}

function clientOf(name: string, token?: string) {
  const link = LINKS[name] as typeof httpLink
  const headers = token === undefined ? {} : bearer(token)
  return createTRPCClient<TestRouter>({
    links: [link<TestRouter>({ url: `${fixture.server.url}/trpc`, headers })],
  })
}

describe.each(Object.keys(LINKS))('a client with %s', (name) => {
  it('reads all three messages', async () => {
    const { messages } = clientOf(name, await fixture.issuer.mint({ claims: ADMIN }))
    const answers = await Promise.all([
      messages.public.query(),
      messages.protected.query(),
      messages.admin.query(),
    ])
    expect(answers.map(({ message }) => message)).toEqual([
      "The API doesn't require an access token to share this message.",
      'The API successfully validated your access token.',
      'The API successfully recognized you as an admin.',
    ])
  })

  it('gets each refusal in its own place, with the others answered', async () => {
    const { messages } = clientOf(name, await fixture.issuer.mint())
    const [open, admin] = await Promise.allSettled([
      messages.public.query(),
      messages.admin.query(),
    ])
    expect(open.status).toBe('fulfilled')
    expect(admin).toMatchObject({ status: 'rejected' })
    const { reason } = admin as { reason: TRPCClientError<TestRouter> }
    expect(reason).toBeInstanceOf(TRPCClientError)
    expect(reason.message).toBe('Permission denied')
    expect(reason.data).toMatchObject({
      code: 'FORBIDDEN',
      httpStatus: 403,
      permissions: ['read:admin-messages'],
    })
    expect(reason.data).not.toHaveProperty('stack')
  })
})

describe('RPC', () => {
  it('looks at the token of a batch once, and puts one challenge into the header', async () => {
    const response = await rpc('/messages.protected,messages.admin?batch=1')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer resource_metadata="[^"]+", DPoP/,
    )
  })

  it('does not break a streamed batch whose call fails after the headers', async () => {
    const response = await rpc('/messages.public,messages.admin?batch=1', {
      headers: { 'trpc-accept': 'application/jsonl' },
    })
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).toContain("doesn't require an access token")
    expect(text).toContain('Requires authentication')
    const next = await rpc('/messages.public')
    expect(next.status).toBe(200)
  })

  it('takes ten calls in a batch and refuses eleven', async () => {
    const batch = (count: number) =>
      rpc(`/${Array.from({ length: count }, () => 'messages.public').join(',')}?batch=1`)
    expect((await batch(10)).status).toBe(200)
    const refused = await batch(11)
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('"message":"A batch holds at most 10 calls"')
  })

  it.each([
    ['/', 404, 'Not Found'],
    ['/messages.none', 404, 'Not Found'],
    ['/messages', 404, 'Not Found'],
    ['/__proto__', 404, 'Not Found'],
  ])('answers GET %s with %i in the envelope', async (path, status, message) => {
    const response = await rpc(path)
    const text = await response.text()
    expect(response.status).toBe(status)
    expect(text).toContain(`"message":"${message}"`)
    expect(text).not.toMatch(/stack|procedure|batch/i)
  })

  const PUBLIC = JSON.parse(MESSAGES.public) as unknown

  it.each([
    ['/messages.public', {}, { result: { data: PUBLIC } }],
    ['/messages.public?batch=1', {}, [{ result: { data: PUBLIC } }]],
    [
      '/messages.public?batch=1',
      { 'trpc-accept': 'application/jsonl' },
      { 0: [[0], [null, 0, 0]] },
    ],
  ])('takes a query by POST, as JSON, at %s with %o', async (path, headers, answer) => {
    const response = await rpc(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    })
    expect(response.status).toBe(200)
    const [line = ''] = (await response.text()).split('\n')
    expect(JSON.parse(line)).toEqual(answer)
  })

  it.each([
    ['/messages.public', 'text/plain', 415],
    ['/messages.public', 'application/x-www-form-urlencoded', 415],
    ['/messages.public', 'multipart/form-data; boundary=x', 415],
    ['/messages.public', 'application/octet-stream', 415],
    ['/messages.public?batch=1', 'multipart/form-data; boundary=x', 415],
    ['/messages.public?connectionParams=1', 'multipart/form-data; boundary=x', 405],
  ])('refuses a query by POST at %s as %s, which a form can send', async (path, type, status) => {
    const init = { method: 'POST', headers: { 'content-type': type }, body: '--x--' }
    const response = await rpc(path, init)
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(
      /Unsupported Media Type: send application\/json|Not Allow/,
    )
  })

  it.each(['PUT', 'DELETE', 'OPTIONS'])(
    'answers %s with an error of the envelope',
    async (method) => {
      const response = await rpc('/messages.public', { method })
      expect(response.status).toBe(405)
      expect(await response.text()).toContain('"message":"Method Not Allowed"')
    },
  )

  it('refuses a body that is too large with 413, whether or not it says its length', async () => {
    const body = JSON.stringify('x'.repeat(200_000))
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const declared = await rpc('/messages.public', { ...post, body })
    expect(declared.status).toBe(413)
    expect(await declared.text()).toContain('"message":"Payload Too Large"')
  })

  it('answers HEAD', async () => {
    const response = await rpc('/messages.public', { method: 'HEAD' })
    expect(response.status).toBeLessThan(500)
  })
})
