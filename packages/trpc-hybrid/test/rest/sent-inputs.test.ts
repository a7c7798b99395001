import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'

const Shown = z.object({ got: z.string() })
const show = (input: unknown) => ({
  got: JSON.stringify(input, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  ),
})

let checked = 0
const Leaf = z.object({
  kind: z.literal('leaf'),
  at: z.date().refine(() => ++checked > 0),
})
interface Not {
  kind: 'not'
  of: Rule
}
type Rule = z.infer<typeof Leaf> | Not
const Rule: z.ZodType<Rule> = z.lazy(() =>
  z.union([z.object({ kind: z.literal('not'), of: Rule }), Leaf]),
)
const Tree = z.object({
  name: z.string(),
  get child() {
    return Tree.optional()
  },
})
const Line = z.object({ id: z.string(), count: z.number() })

const rest = (name: string) => ({ openapi: { method: 'POST', path: `/api/${name}` } }) as const
const query = (name: string) => ({ openapi: { method: 'GET', path: `/api/${name}` } }) as const
const Dates = z.object({ from: z.date(), to: z.coerce.date().optional() })
let transformed = 0
const items = router({
  rule: publicProcedure
    .meta(rest('rule'))
    .input(z.object({ rule: Rule }))
    .output(Shown)
    .mutation(({ input }) => show(input)),
  tree: publicProcedure
    .meta(rest('tree'))
    .input(Tree)
    .output(Shown)
    .mutation(() => show('a tree')),
  branch: publicProcedure.input(Tree).query(() => show('a branch')),
  any: publicProcedure
    .meta(rest('any'))
    .input(z.object({ any: z.unknown() }))
    .output(Shown)
    .mutation(({ input }) => show(input)),
  lines: publicProcedure
    .meta(rest('lines'))
    .input(z.object({ lines: z.array(Line) }))
    .output(Shown)
    .mutation(({ input }) => show(input)),
  record: publicProcedure
    .meta(rest('record'))
    .input(z.object({ record: z.record(z.string(), z.number()) }))
    .output(Shown)
    .mutation(({ input }) => show(input)),
  dates: publicProcedure
    .meta(query('dates'))
    .input(Dates)
    .output(Shown)
    .query(({ input }) => show(input)),
  postDates: publicProcedure
    .meta(rest('dates'))
    .input(Dates)
    .output(Shown)
    .mutation(({ input }) => show(input)),
  big: publicProcedure
    .meta(rest('big'))
    .input(z.object({ n: z.union([z.bigint().transform((n) => (transformed++, n)), z.boolean()]) }))
    .output(Shown)
    .mutation(({ input }) => show(input)),
  mini: publicProcedure
    .meta(rest('mini'))
    .input(mini.object({ at: mini.date(), tags: mini.array(mini.string()) }))
    .output(Shown)
    .mutation(({ input }) => show(input)),
})
const fixture = useServer({ router: router({ items }), env: { RATE_LIMIT_MAX: '0' } })

interface Answer {
  readonly status: number
  readonly size: number
  readonly got?: string
  readonly message?: string
  readonly issues?: readonly { path: unknown[]; message: string }[]
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(fixture.server.url + path, init)
  const text = await response.text()
  const { error, result, ...body } = JSON.parse(text) as Record<string, never> & {
    error?: { message: string; data: object }
    result?: { data: object }
  }
  const { status } = response
  return {
    status,
    size: text.length,
    ...body,
    ...result?.data,
    ...error?.data,
    ...(error && { message: error.message }),
  }
}
const post = (path: string, body: string) =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })

/** The same body over both transports. */
const both = (name: string, body: string) =>
  Promise.all([post(`/api/${name}`, body), post(`/trpc/items.${name}`, body)])

const nested = (depth: number, inner: string) =>
  '{"name":"a","child":'.repeat(depth - 1) + inner + '}'.repeat(depth - 1)
const DAY = '2026-01-02T03:04:05.000Z'

describe('an input, over REST and RPC alike,', () => {
  it('is checked once at each place, however deep a recursive union goes', async () => {
    const leaf = `{"kind":"leaf","at":"${DAY}"}`
    const body = `{"rule":${'{"kind":"not","of":'.repeat(40)}${leaf}${'}'.repeat(40)}}`
    for (const answer of await both('rule', body)) {
      expect(answer.status).toBe(200)
      expect(answer.got).toContain(DAY)
    }
    expect(checked).toBe(2)
  })

  it.each([101, 4_500])('is refused when it is nested %i deep', async (depth) => {
    const message = 'Too deep: at most 100 lists and objects in one another'
    const tree = nested(depth, '{"name":"a"}')
    const list = `{"any":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const refused = {
      status: 400,
      message: 'Input validation failed',
      issues: [{ path: [], message }],
    }
    for (const answer of await both('tree', tree)) expect(answer).toMatchObject(refused)
    for (const answer of await both('any', list)) expect(answer).toMatchObject(refused)
    if (depth > 1000) return // a URL has no room for it
    expect(await ask(`/trpc/items.branch?input=${encodeURIComponent(tree)}`)).toMatchObject(refused)
  })

  it('may be nested 100 deep', async () => {
    for (const { status } of await both('tree', nested(100, '{"name":"a"}')))
      expect(status).toBe(200)
  })

  it.each([
    ['lines', `{"lines":[${'{},'.repeat(33_000)}{}]}`],
    [
      'record',
      JSON.stringify({
        record: Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`a${n}`, ''])),
      }),
    ],
    ['record', JSON.stringify({ record: { ['x'.repeat(90_000)]: 'no' } })],
  ])('an input of many faults is told 20 of them at most, in 16 KiB: %s', async (name, body) => {
    for (const { status, issues = [], size } of await both(name, body)) {
      expect(status).toBe(400)
      expect(issues.length).toBeGreaterThan(0)
      expect(issues.length).toBeLessThanOrEqual(20)
      expect(size).toBeLessThan(17 * 1024)
    }
  })

  it('has its dates as texts', async () => {
    const got = JSON.stringify({ from: DAY, to: DAY })
    expect((await post('/trpc/items.postDates', got)).got).toBe(got)
    expect((await post('/api/dates', got)).got).toBe(got)
    expect((await ask(`/api/dates?from=${DAY}&to=${DAY}`)).got).toBe(got)
    expect((await ask(`/trpc/items.dates?input=${encodeURIComponent(got)}`)).got).toBe(got)
  })

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-01-02T24:00:00Z',
    '2026-01-02T03:04:05+24:00',
    '2026-13-01T00:00:00Z',
    '2026-01-02',
    'May 2026',
    '5',
  ])('has no date %s, coerced or not', async (text) => {
    for (const name of ['from', 'to']) {
      const input = { from: DAY, [name]: text }
      const issues = [{ path: [name] }]
      const search = new URLSearchParams(input)
      const rpc = encodeURIComponent(JSON.stringify(input))
      expect(await post('/api/dates', JSON.stringify(input))).toMatchObject({ status: 400, issues })
      expect(await ask(`/api/dates?${search.toString()}`)).toMatchObject({ status: 400, issues })
      expect(await ask(`/trpc/items.dates?input=${rpc}`)).toMatchObject({ status: 400, issues })
    }
  })

  it('has big integers as texts, and is transformed once', async () => {
    for (const { got } of await both('big', '{"n":"9007199254740993"}')) {
      expect(got).toBe('{"n":"9007199254740993n"}')
    }
    expect(transformed).toBe(2)
  })

  it('may have a schema of zod/mini, with dates and issues', async () => {
    for (const { got } of await both('mini', `{"at":"${DAY}","tags":[]}`))
      expect(got).toContain(DAY)
    const issues = [{ path: ['at'] }, { path: ['tags', 0] }]
    for (const answer of await both('mini', '{"at":"x","tags":[1]}'))
      expect(answer.issues).toMatchObject(issues)
  })
})

describe('an input with a big integer', () => {
  it('is warned of at the start, because a client of tRPC can not send one', () => {
    const line = fixture.server.log.find(({ procedures }) => procedures)
    expect(line).toMatchObject({ level: 40, procedures: ['items.big'] })
  })
})
