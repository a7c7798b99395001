import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { bearer, MESSAGES } from '../../../server/test/support/contract.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'

const fixture = useServer()
const api = () => request(fixture.server.url)
const PUBLIC = '/api/messages/public'

describe('REST', () => {
  it('answers JSON with its character set', async () => {
    const answer = await api().get(PUBLIC)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.text).toBe(MESSAGES.public)
  })

  it.each([`${PUBLIC}/`, `${PUBLIC}?a=1&a=2&%zz`, `${PUBLIC}/?x`, `${PUBLIC}?access_token=abc`])(
    'answers %s alike',
    async (path) => {
      const answer = await api().get(path)
      expect([answer.status, answer.text]).toEqual([200, MESSAGES.public])
    },
  )

  it('takes a GET that names a content type and has no body', async () => {
    const answer = await api().get(PUBLIC).set('content-type', 'application/json')
    expect([answer.status, answer.text]).toEqual([200, MESSAGES.public])
  })

  it('answers HEAD like GET without the body, guarded routes too', async () => {
    const answer = await fetch(`${fixture.server.url}${PUBLIC}`, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await answer.text()).toBe('')
    const refused = await api().head('/api/messages/admin')
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer /)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'refuses %s with 405 and Allow',
    async (method) => {
      const answer = await fetch(`${fixture.server.url}/api/messages/admin`, { method })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('GET, HEAD')
      expect(await answer.text()).toBe('{"message":"Method Not Allowed"}')
    },
  )

  it.each([
    '/livez',
    '/readyz',
    '/docs',
    '/api/openapi.json',
    '/.well-known/oauth-protected-resource',
  ])('refuses POST %s with 405 and Allow', async (path) => {
    const answer = await api().post(path)
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD'])
    expect(answer.text).toBe('{"message":"Method Not Allowed"}')
  })

  it.each([
    '/api',
    '/api/messages',
    '/api/messages/none',
    '/API/messages/public',
    '/api/messages/Public',
    '/api/messages/public/more',
    '/api/messages/public%2f',
    '/api//messages/public',
    '/favicon.ico',
    '/trpcx',
  ])('does not know %s', async (path) => {
    const answer = await api().get(path)
    expect([answer.status, answer.text]).toEqual([404, '{"message":"Not Found"}'])
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  })

  it.each(['/%', '/api/messages/%ff', '/%E0%A4%A'])('keeps its shape for %s', async (path) => {
    const answer = await api().get(path)
    expect([400, 404]).toContain(answer.status)
    expect(Object.keys(answer.body as object)).toEqual(['message'])
  })

  it('does not take a token from the query or from a form', async () => {
    const token = await fixture.issuer.mint()
    const inQuery = await api().get(`/api/messages/protected?access_token=${token}`)
    expect(inQuery.status).toBe(401)
    const inForm = await api()
      .post('/api/messages/protected')
      .type('form')
      .send({ access_token: token })
    expect(inForm.status).toBe(405)
  })

  it('refuses a second Authorization header', async () => {
    const token = await fixture.issuer.mint()
    const { rawStatus, challenge } = await getWithTwoHeaders(fixture.server.port, token)
    expect(rawStatus).toBe(400)
    expect(challenge).toContain('error="invalid_request"')
  })

  it('refuses a body that is too large with 413', async () => {
    const answer = await api()
      .post('/api/messages/public')
      .set('content-type', 'application/json')
      .send(JSON.stringify('x'.repeat(200_000)))
    expect([answer.status, answer.text]).toEqual([413, '{"message":"Payload Too Large"}'])
  })

  it('logs no query and no token', async () => {
    const token = await fixture.issuer.mint()
    await api().get(`/api/messages/protected?access_token=${token}`).set(bearer(token))
    const text = JSON.stringify(fixture.server.log)
    expect(text).toContain('/api/messages/protected')
    expect(text).not.toContain(token.slice(0, 20))
  })
})

async function getWithTwoHeaders(port: number, token: string) {
  const { request: httpRequest } = await import('node:http')
  return new Promise<{ rawStatus: number | undefined; challenge: string | undefined }>(
    (resolve, reject) => {
      const headers = ['Host', `127.0.0.1:${port}`]
      for (let i = 0; i < 2; i++) headers.push('Authorization', `Bearer ${token}`)
      httpRequest({ port, host: '127.0.0.1', path: '/api/messages/protected', headers }, (res) => {
        res.resume()
        resolve({ rawStatus: res.statusCode, challenge: res.headers['www-authenticate'] })
      })
        .on('error', reject)
        .end()
    },
  )
}
