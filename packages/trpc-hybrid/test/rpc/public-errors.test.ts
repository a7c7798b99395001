import type { AnyRouter } from '@trpc/server'
import { initTRPC, TRPCError } from '@trpc/server'
import { observable } from '@trpc/server/observable'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FeatureError } from '../../src/errors/feature-error.ts'
import { publicProcedure, router, type Context } from '../../../server/test/support/trpc.ts'
import { startIssuer, type TestIssuer } from '../../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../../server/test/support/server.ts'

const SECRET = 'database password 1234'
const fail = () => {
  throw new Error(SECRET)
}
async function* failLate() {
  yield await Promise.resolve('one')
  fail()
}
const conflict = () => {
  throw new TRPCError({ code: 'CONFLICT', message: SECRET })
}
const missing = () => {
  throw new FeatureError('not_found', 'There is none')
}

const worded = publicProcedure.errors(({ shape, error }) => ({
  ...shape,
  data: { ...shape.data, said: error.message, stack: error.stack, cause: error.cause?.name },
}))
const twice = worded.errors(({ shape }) => shape)
const ofChains = router({
  worded: worded.query(fail),
  twice: twice.query(fail),
  conflict: worded.query(conflict),
  missing: worded.query(missing),
  unworded: publicProcedure.errors(() => undefined).query(fail),
  stream: worded.query(failLate),
  events: worded.subscription(failLate),
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as tRPC takes them
  observed: worded.subscription(() =>
    observable((observer) => {
      observer.error(new Error(SECRET))
    }),
  ),
})

/** Somebody's own root, with all that tRPC shows in development. */
const t = initTRPC.context<Context>().create({
  isDev: true,
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    data: { ...shape.data, said: error.message },
  }),
})
const ofItsOwn = t.router({
  broken: t.procedure.query(fail),
  events: t.procedure.subscription(failLate),
}) as unknown as AnyRouter

let issuer: TestIssuer
const servers: TestServer[] = []
beforeAll(async () => {
  issuer = await startIssuer()
  servers.push(await startTestServer({ issuer, router: ofChains }))
  servers.push(await startTestServer({ issuer, router: ofItsOwn }))
})
afterAll(async () => {
  for (const server of servers) await server.close()
  await issuer.close()
})

const ask = async (index: number, path: string, headers: Record<string, string> = {}) => {
  const server = servers[index] as TestServer
  const response = await fetch(`${server.url}/trpc/${path}`, { headers })
  return { status: response.status, text: await response.text(), log: JSON.stringify(server.log) }
}
const STREAM = { 'trpc-accept': 'application/jsonl' }

describe('an internal text', () => {
  it.each<[index: number, path: string, headers?: Record<string, string>]>([
    [0, 'worded'],
    [0, 'twice'],
    [0, 'conflict'],
    [0, 'unworded'],
    [0, 'worded,twice?batch=1'],
    [0, 'worded,conflict?batch=1', STREAM],
    [0, 'stream?batch=1', STREAM],
    [0, 'events'],
    [0, 'observed'],
    [1, 'broken'],
    [1, 'broken?batch=1', STREAM],
    [1, 'nothing'],
    [1, 'events'],
  ])('never reaches a client, whoever puts the error into words: %i %s %o', async (...call) => {
    const { text } = await ask(...call)
    expect(text).toContain('"message"')
    expect(text).not.toMatch(/password|\bat .*:\d+/)
  })

  it('is in the log', async () => {
    expect((await ask(0, 'worded')).log).toContain(SECRET)
    expect((await ask(0, 'events')).log).toContain(SECRET)
  })
})

describe('the `.errors()` of a chain', () => {
  it('is given the public message and status, and what was thrown as the cause', async () => {
    const { status, text } = await ask(0, 'worded')
    expect(status).toBe(500)
    expect(JSON.parse(text)).toEqual({
      error: {
        message: 'Internal Server Error',
        code: -32603,
        data: {
          code: 'INTERNAL_SERVER_ERROR',
          httpStatus: 500,
          path: 'worded',
          said: 'Internal Server Error',
          cause: 'Error',
        },
      },
    })
  })

  it("is given a feature's refusal as it is", async () => {
    const { status, text } = await ask(0, 'missing')
    expect(status).toBe(404)
    expect(JSON.parse(text)).toMatchObject({
      error: { message: 'There is none', data: { code: 'NOT_FOUND', cause: 'FeatureError' } },
    })
  })
})
