import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ClientError } from '../../src/public-error.ts'
import { protectedProcedure, publicProcedure, requirePermissions, router } from '../../src/trpc.ts'
import { bearer } from '../support/contract.ts'
import { useServer } from '../support/fixtures.ts'
import { ADMIN, ADMIN_PERMISSION } from '../support/issuer.ts'

const Message = z.object({ message: z.string() })
const at = (name: string) => ({
  openapi: {
    method: 'GET',
    path: `/api/${name}`,
    errorResponses: { 404: 'There is none' },
  } as const,
})
const admins = protectedProcedure.use(requirePermissions(ADMIN_PERMISSION))
const hello = () => ({ message: 'hello' })
const wrong = () => ({ message: 1 }) as unknown as { message: string }
const missing = () => {
  throw new ClientError({ code: 'NOT_FOUND', message: 'There is none' })
}

/** Served directly, since nothing takes an input. */
const direct = router({
  open: publicProcedure.meta(at('open')).output(Message).query(hello),
  guarded: protectedProcedure.meta(at('guarded')).output(Message).query(hello),
  admin: admins.meta(at('admin')).output(Message).query(hello),
  wrong: publicProcedure.meta(at('wrong')).output(Message).query(wrong),
  missing: publicProcedure.meta(at('missing')).output(Message).query(missing),
})

/** The same with an input that is never there: trpc-openapi and tRPC's adapter serve these. */
const none = z.void()
const reference = router({
  open: publicProcedure.meta(at('open')).input(none).output(Message).query(hello),
  guarded: protectedProcedure.meta(at('guarded')).input(none).output(Message).query(hello),
  admin: admins.meta(at('admin')).input(none).output(Message).query(hello),
  wrong: publicProcedure.meta(at('wrong')).input(none).output(Message).query(wrong),
  missing: publicProcedure.meta(at('missing')).input(none).output(Message).query(missing),
})

const limits = { RATE_LIMIT_MAX: '0', PUBLIC_URL: 'https://api.example.com' }
const one = useServer({ router: direct, env: limits })
const other = useServer({ router: reference, env: limits })

/** New each time, or how HTTP frames the body: tRPC's adapter sends chunks, where a length would do. */
const PASSED_OVER = ['date', 'x-request-id', 'transfer-encoding', 'content-length']

async function answerOf(url: string, init: RequestInit) {
  const response = await fetch(url, init)
  const headers = [...response.headers]
    .filter(([name]) => !PASSED_OVER.includes(name))
    .map(([name, value]) => [name, value.replace(/^(application\/json); charset=utf-8$/, '$1')])
  return { status: response.status, headers, body: await response.text() }
}

type Server = typeof one
const CREDENTIALS: [string, (server: Server) => Promise<Record<string, string>>][] = [
  ['no credentials', () => Promise.resolve({})],
  ['another scheme', () => Promise.resolve({ authorization: 'Basic eDp5' })],
  ['a malformed header', () => Promise.resolve({ authorization: 'Bearer a b' })],
  ['a bad token', () => Promise.resolve(bearer('a.b.c'))],
  ['a token', async ({ issuer }) => bearer(await issuer.mint())],
  ['an admin token', async ({ issuer }) => bearer(await issuer.mint({ claims: ADMIN }))],
  ['an expired token', async ({ issuer }) => bearer(await issuer.mint({ at: 1_000_000 }))],
]
const NAMES = ['open', 'guarded', 'admin', 'wrong', 'missing']
const PATHS = NAMES.flatMap((name) => [`/api/${name}`, `/api/${name}?a=1`, `/trpc/${name}`])

describe.each(CREDENTIALS)('with %s', (_, credentials) => {
  it.each(PATHS)('%s is answered as the libraries answer it, to the byte', async (path) => {
    for (const method of ['GET', 'HEAD']) {
      for (const origin of ['http://localhost:4040', 'https://evil.example']) {
        const ask = async (fixture: Server) => {
          const headers = { ...(await credentials(fixture)), origin }
          return answerOf(`${fixture.server.url}${path}`, { method, headers })
        }
        expect(await ask(one)).toEqual(await ask(other))
      }
    }
  })
})
