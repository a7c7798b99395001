import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer } from '../../server/test/support/contract.ts'
import { createDpopKey } from '../../server/test/support/dpop.ts'
import { findFreePort } from '../../server/test/support/http.ts'
import { compileStrictly, emptyApp, packInto } from '../../server/test/support/install.ts'
import {
  AUDIENCE,
  createSigningKey,
  startIssuer,
  type TestIssuer,
} from '../../server/test/support/issuer.ts'
import { end, run, type Program } from '../../server/test/support/process.ts'
import { readBlocks } from '../../server/test/support/walkthrough.ts'

const PACKAGE = '@trpc-hybrid/access-token'

const [example] = readBlocks('packages/access-token/README.md').filter(
  ({ language }) => language === 'ts',
)

/** A hook of Fastify that does the same as the README's Express app. */
const FASTIFY = `
import { fastify } from 'fastify'
import { AuthError, createAuthenticator, formatChallenge, requirePermissionsOf } from '@trpc-hybrid/access-token'
import type { AccessToken } from '@trpc-hybrid/access-token'

declare module 'fastify' {
  interface FastifyRequest { token: AccessToken | undefined }
}

const { ISSUER = '', AUDIENCE = '', PORT = '' } = process.env
const { authenticate, start } = createAuthenticator({ issuer: ISSUER, audience: AUDIENCE })
start()
const app = fastify()
app.decorateRequest('token', undefined)
app.addHook('onRequest', async (request, reply) => {
  const { authorization, dpop } = request.raw.headersDistinct
  const url = request.protocol + '://' + request.host + request.originalUrl
  try {
    request.token = await authenticate({ authorization, dpop, method: request.method, url })
    requirePermissionsOf(request.token, ['read:reports'])
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    reply.headers(error.headers)
    const challenge = formatChallenge(error, { resourceMetadataUrl: 'https://api.example.com/meta' })
    if (challenge !== undefined) reply.header('www-authenticate', challenge)
    return reply.code(error.status).send({ message: error.description ?? error.code })
  }
})
app.get('/reports', (request) => ({ for: request.token?.subject }))
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
console.log('listening')
`

let issuer: TestIssuer
let folder: string
beforeAll(async () => {
  issuer = await startIssuer()
  folder = emptyApp({ 'express.ts': example?.text ?? '', 'fastify.ts': FASTIFY })
  await packInto(
    folder,
    [PACKAGE],
    ['express@5', '@types/express@5', '@types/node@20', 'fastify@5'],
  )
  await compileStrictly(folder, ['express.ts', 'fastify.ts'])
})
afterAll(() => issuer.close())

it('is packed as what it needs to run, without the way to its sources', () => {
  const installed = join(folder, 'node_modules', PACKAGE)
  const text = readFileSync(join(installed, 'package.json'), 'utf8')
  const { dependencies } = JSON.parse(text) as { dependencies: object }
  expect(Object.keys(dependencies)).toEqual(['jose', 'lru-cache'])
  expect(text).not.toMatch(/source|scripts|src/)
  const files = ['LICENSE', 'README.md', 'dist/index.js', 'dist/engine.d.ts', 'dist/testing.js']
  expect(files.filter((file) => !existsSync(join(installed, file)))).toEqual([])
  expect(existsSync(join(installed, 'src'))).toBe(false)
})

describe.each(['express', 'fastify'])('a plain %s app', (name) => {
  let program: Program
  let url: string
  beforeAll(async () => {
    const port = await findFreePort()
    const env = { ISSUER: issuer.issuer, AUDIENCE, PORT: String(port) }
    program = run([process.execPath, `${name}.js`], { cwd: folder, env })
    await program.printed(/listening/)
    url = `http://127.0.0.1:${port}/reports`
  })
  afterAll(() => end(program))

  const READER = { permissions: ['read:reports'] }

  async function ask(headers: Record<string, string> = {}) {
    const response = await fetch(url, { headers })
    const challenge = response.headers.get('www-authenticate')
    return { status: response.status, challenge, body: await response.json() }
  }

  it('serves a request whose token is good, and again when it is remembered', async () => {
    const headers = bearer(await issuer.mint({ claims: READER }))
    const good = { status: 200, challenge: null, body: { for: 'auth0|someone' } }
    expect(await ask(headers)).toEqual(good)
    expect(await ask(headers)).toEqual(good)
  })

  it('asks for a token where there is none', async () => {
    const { status, challenge, body } = await ask()
    expect({ status, body }).toEqual({ status: 401, body: { message: 'missing_token' } })
    expect(challenge).toMatch(/^Bearer( resource_metadata="[^"]+")?, DPoP algs="/)
  })

  it.each([
    ['forged', 'The signature is not valid'],
    ['for another audience', 'The access token is for another audience'],
    ['expired', 'The access token expired'],
  ])('refuses a token that is %s', async (kind, message) => {
    const token = {
      forged: async () => issuer.mint({ claims: READER, key: await createSigningKey('key-1') }),
      'for another audience': () => issuer.mint({ claims: { ...READER, aud: 'https://other' } }),
      expired: () => issuer.mint({ claims: { ...READER, exp: 1 } }),
    }[kind]
    const { status, challenge, body } = await ask(bearer((await token?.()) ?? ''))
    expect({ status, body }).toEqual({ status: 401, body: { message } })
    expect(challenge).toContain(`Bearer error="invalid_token", error_description="${message}"`)
  })

  it('refuses a token without the permission, by its name', async () => {
    const { status, challenge } = await ask(bearer(await issuer.mint()))
    expect(status).toBe(403)
    expect(challenge).toContain('error="insufficient_scope", scope="read:reports"')
  })

  it('refuses two tokens in one request', async () => {
    const { status } = await ask({ authorization: 'Bearer one two' })
    expect(status).toBe(400)
  })

  it('serves a token that is bound to a key with a proof of it, once for each proof', async () => {
    const { prove, thumbprint } = await createDpopKey()
    const claims = { ...READER, cnf: { jkt: thumbprint } }
    const token = await issuer.mint({ claims })
    const headers = { authorization: `DPoP ${token}`, dpop: await prove({ url, token }) }
    expect((await ask(headers)).status).toBe(200)
    const again = await ask(headers)
    expect(again).toMatchObject({
      status: 401,
      body: { message: 'The DPoP proof was used before' },
    })
    expect(again.challenge).toMatch(/^DPoP error="invalid_dpop_proof"/)
    expect((await ask(bearer(token))).status).toBe(401)
  })
})

it('answers that it can not know while the issuer is away, and keeps no process alive', async () => {
  const app = emptyApp({
    'away.ts': `
import { AuthError, createAuthenticator } from '@trpc-hybrid/access-token'
const issuer = 'http://127.0.0.1:1/'
const authenticator = createAuthenticator({ issuer, audience: 'api' })
authenticator.start()
try {
  await authenticator.authenticate({ authorization: 'Bearer ' + (process.env['TOKEN'] ?? '') })
} catch (error) {
  if (error instanceof AuthError) console.log(error.status, error.code, JSON.stringify(error.headers))
}
`,
  })
  await packInto(app, [PACKAGE], ['@types/node@20'])
  await compileStrictly(app, ['away.ts'])
  const env = { TOKEN: await issuer.mint() }
  const program = run([process.execPath, 'away.js'], { cwd: app, env })
  expect(await program.exit).toBe(0)
  expect(program.output()).toBe('503 keys_unavailable {"retry-after":"5"}\n')
})
