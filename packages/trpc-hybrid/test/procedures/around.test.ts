import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink } from '@trpc/client'
import { TRPCError } from '@trpc/server'
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { around, createHybrid, FeatureError } from 'trpc-hybrid'
import { requireToken } from '../../../server/src/guards.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { contextOf, remembered, tokenWith } from '../../../server/test/support/procedures.ts'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'

/** A database as far as transactions go: rows are there for others once their transaction is committed. */
class Transaction {
  readonly rows: string[] = []
}
class ConflictError extends Error {
  readonly code = '40001'
}
let rows: string[] = []
let log: string[] = []
let commitFails = false
beforeEach(() => {
  rows = []
  log = []
  commitFails = false
})

async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  log.push('begin')
  const tx = new Transaction()
  try {
    const result = await work(tx)
    if (commitFails) throw new Error('The disk is full')
    rows.push(...tx.rows)
    log.push('commit')
    return result
  } catch (error) {
    log.push('rollback')
    throw error
  }
}

/** Tries again after a conflict, as libraries do. */
async function retried<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await transaction(work)
  } catch (error) {
    if (error instanceof ConflictError) return transaction(work)
    throw error
  }
}

const inTransaction = publicProcedure.use(
  around((run, { path }) =>
    transaction((tx) => {
      log.push(path)
      return run({ ctx: { tx } })
    }),
  ),
)
const REFUSAL = new FeatureError('conflict', 'It is there already')
const cause = new Error('kept')
let conflicts = 0

const Row = z.object({ row: z.string() })
const shelf = router({
  add: inTransaction
    .meta({ openapi: { method: 'POST', path: '/api/rows', errorResponses: [404, 409] } })
    .input(Row)
    .output(z.string())
    .mutation(({ input, ctx }) => {
      expectTypeOf(ctx.tx).toEqualTypeOf<Transaction>()
      ctx.tx.rows.push(input.row)
      if (input.row === 'refused') throw REFUSAL
      if (input.row === 'bug') throw new Error('secret')
      if (input.row === 'gone') throw new TRPCError({ code: 'NOT_FOUND', cause })
      return input.row === 'unfit' ? (1 as never) : input.row
    }),
  plain: publicProcedure
    .use(around((run) => transaction(run)))
    .mutation(({ ctx }) => Object.keys(ctx)),
  again: publicProcedure
    .use(around((run) => retried((tx) => run({ ctx: { tx } }))))
    .mutation(({ ctx }) => {
      ctx.tx.rows.push('again')
      if (conflicts-- > 0) throw new ConflictError('could not serialize access')
      return 'again'
    }),
  guarded: publicProcedure
    .use(requireToken())
    .use(around((run, { ctx }) => transaction(() => run({ ctx: { who: ctx.token.subject } }))))
    .query(({ ctx }) => {
      expectTypeOf(ctx.who).toEqualTypeOf<string | undefined>()
      return ctx.who
    }),
  items: inTransaction.query(async function* ({ ctx }) {
    ctx.tx.rows.push('item')
    yield 'item'
    return Promise.resolve()
  }),
  forgetful: publicProcedure
    .use(around((run) => transaction(run).then(() => undefined as never)))
    .mutation(() => 'lost'),
  slow: inTransaction
    .meta({ openapi: { method: 'POST', path: '/api/slow' } })
    .output(z.string())
    .mutation(async ({ ctx, signal }) => {
      ctx.tx.rows.push('slow')
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      return 'slow'
    }),
})

const fixture = useServer({ router: shelf, times: { procedureTimeoutMs: 200, sweepMs: 20 } })
const post = (path: string, body?: object) =>
  fetch(`${fixture.server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
const clientBy = (link: typeof httpLink | typeof httpBatchLink | typeof httpBatchStreamLink) =>
  createTRPCClient<typeof shelf>({ links: [link({ url: `${fixture.server.url}/trpc` })] })
const callAs = () => shelf.createCaller(contextOf(remembered(tokenWith())))

describe('a procedure inside of a transaction', () => {
  it('is committed where it succeeds', async () => {
    const answer = await post('/api/rows', { row: 'a' })
    expect([answer.status, await answer.json()]).toEqual([200, 'a'])
    expect(rows).toEqual(['a'])
    expect(log).toEqual(['begin', 'add', 'commit'])
  })

  it.each([
    ['refused', 409, 'It is there already'],
    ['bug', 500, 'Internal Server Error'],
    ['unfit', 500, 'Internal Server Error'],
    ['gone', 404, 'Not Found'],
  ])('is rolled back where it throws (%s), and answers as it would alone', async (row, ...told) => {
    const [status, message] = told
    const answer = await post('/api/rows', { row })
    expect([answer.status, await answer.json()]).toEqual([status, { message }])
    const rpc = clientBy(httpLink).add.mutate({ row })
    await expect(rpc).rejects.toMatchObject({ message, data: { httpStatus: status } })
    expect(rows).toEqual([])
    expect(log).toEqual(['begin', 'add', 'rollback', 'begin', 'add', 'rollback'])
  })

  it.each([httpBatchLink, httpBatchStreamLink])('has one of its own in a batch', async (link) => {
    const { add } = clientBy(link)
    const calls = ['a', 'refused', 'b'].map((row) => add.mutate({ row }))
    expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(rows.toSorted()).toEqual(['a', 'b'])
    expect(log.filter((line) => line === 'begin')).toHaveLength(3)
  })

  it("gives tRPC's own callers the procedure's own error, its cause included", async () => {
    await expect(callAs().add({ row: 'refused' })).rejects.toMatchObject({
      cause: REFUSAL,
    })
    await expect(callAs().add({ row: 'gone' })).rejects.toMatchObject({ code: 'NOT_FOUND', cause })
  })

  it('does not get what a library calls it with as a context', async () => {
    expect(await callAs().plain()).not.toContain('rows')
    expect(await clientBy(httpLink).plain.mutate()).not.toContain('rows')
  })

  it('knows the context before it', async () => {
    expect(await callAs().guarded()).toBe('auth0|user')
  })

  it('is tried again where the library does so', async () => {
    conflicts = 1
    expect(await clientBy(httpLink).again.mutate()).toBe('again')
    expect(log).toEqual(['begin', 'rollback', 'begin', 'commit'])
    expect(rows).toEqual(['again'])
    conflicts = 2
    await expect(clientBy(httpLink).again.mutate()).rejects.toMatchObject({
      data: { httpStatus: 500 },
    })
    expect(rows).toEqual(['again'])
  })

  it('is a bug where the commit fails', async () => {
    commitFails = true
    const answer = await post('/api/rows', { row: 'a' })
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { message: 'Internal Server Error' },
    ])
    expect(JSON.stringify(fixture.server.log)).toContain('The disk is full')
  })

  it('is rolled back where its caller was told that it took too long', async () => {
    expect((await post('/api/slow')).status).toBe(503)
    await expect.poll(() => log).toEqual(['begin', 'slow', 'rollback'])
    expect(rows).toEqual([])
  })

  it('is committed where its caller has gone, unless it asks', async () => {
    const leaving = new AbortController()
    const answer = fetch(`${fixture.server.url}/api/slow`, {
      method: 'POST',
      signal: leaving.signal,
    })
    await expect.poll(() => log).toEqual(['begin', 'slow'])
    leaving.abort()
    await expect(answer).rejects.toThrow()
    await expect.poll(() => rows).toEqual(['slow'])
  })

  it('must not be a stream, which would be read after its end', async () => {
    await expect(clientBy(httpBatchStreamLink).items.query()).rejects.toMatchObject({
      data: { httpStatus: 500 },
    })
    expect(log).toEqual(['begin', 'items', 'rollback'])
    const events = inTransaction.subscription(async function* () {
      yield await Promise.resolve(1)
    })
    const info = { title: 'Shelf', version: '1' }
    expect(() => createHybrid({ router: router({ events }), info })).toThrow(
      /events: it is a subscription, which can not run inside of around\(\)/,
    )
  })

  it('is a bug where its result is lost on the way', async () => {
    await expect(clientBy(httpLink).forgetful.mutate()).rejects.toMatchObject({
      data: { httpStatus: 500 },
    })
    expect(JSON.stringify(fixture.server.log)).toContain('must resolve to what run() resolved to')
  })
})
