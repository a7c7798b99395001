import { initTRPC } from '@trpc/server'
import fc from 'fast-check'
import superjson from 'superjson'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { z } from 'zod'

const t = initTRPC.meta<HybridMeta>().create()

/** What a procedure answers over REST and RPC, whose output may hold dates, and anything else. */
function answersOf(value: unknown, output: z.ZodType = z.union([z.date(), z.any()])) {
  const procedure = t.procedure
    .meta({ openapi: { method: 'GET', path: '/it' } })
    .output(output)
    .query(() => value)
  const hybrid = createHybrid({
    router: t.router({ it: procedure }),
    info: { title: 'Dates', version: '1.0.0' },
  })
  const handle = fetchHandler(hybrid, { createContext: () => ({}) })
  const ask = async (path: string) => (await handle(new Request(`http://api${path}`))).text()
  return Promise.all(['/it', '/trpc/it', '/trpc/it?batch=1'].map(ask))
}

/** As `JSON.stringify` writes it. */
const written = (value: unknown) => {
  const envelope = { result: { data: value } }
  return [value ?? null, envelope, [envelope]].map((each) => JSON.stringify(each))
}

class Later extends Date {
  override toISOString(): string {
    return 'later'
  }
}
class Point {
  readonly at = new Date(7)
  readonly x = 1
}
class Money {
  readonly cents = 5
  toJSON(key: string): unknown {
    return { [`${key}!`]: new Date(5) }
  }
}
class Rows extends Array<Date> {
  toJSON(): string {
    return `${this.length} rows`
  }
}
const marked = Object.assign(new Date(3), { toJSON: () => 'marked' })

const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.date({ noInvalidDate: false }),
    fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01') }),
    fc.constantFrom<unknown>(
      ...[null, undefined, true, 0.5, 'text', Symbol('none'), () => 1, new Map([[1, 2]])],
      ...[new Later(1), new Point(), new Money(), Rows.of(new Date(1)), marked],
      ...[new String('boxed'), new Date(NaN), new Date(-8.64e15), new Date(8.64e15)],
      ...[JSON.parse('{"__proto__":{"a":1},"b":2}') as unknown, [, new Date(2)]], // eslint-disable-line no-sparse-arrays
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('at', 'id', '7', 'constructor', 'toISOString'), tie('value')),
  ),
})).value

describe('Dates in an output', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('are written as JSON.stringify writes them, and so is everything around them', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        fc.pre((JSON.stringify(value) as string | undefined) !== undefined)
        expect(await answersOf(value)).toEqual(written(value))
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    '0001-01-01',
    '0999-12-31',
    '1000-01-01',
    '1969-12-31',
    '2024-02-29',
    '2024-11-11',
    '9999-12-31',
  ])('are written to the millisecond: %s', async (day) => {
    const dates = ['00:00:00.000', '09:08:07.006', '10:20:30.045', '23:59:59.999'].map(
      (time) => new Date(`${day}T${time}Z`),
    )
    expect(await answersOf(dates, z.array(z.date()))).toEqual(written(dates))
  })

  it("stay dates in the procedure's own data", async () => {
    const rows = [{ at: new Date(1) }]
    const Rows = z.array(z.any()).or(z.date())
    await answersOf(rows, Rows)
    expect(rows).toEqual([{ at: new Date(1) }])
  })

  it('are written as an app has it that writes them its own way', async () => {
    vi.spyOn(Date.prototype, 'toJSON').mockReturnValue('some day')
    const Answer = z.object({ at: z.date() })
    expect((await answersOf({ at: new Date(1) }, Answer))[0]).toBe('{"at":"some day"}')
  })

  it("go to a router's transformer as they are", async () => {
    const { procedure, router } = initTRPC.create({ transformer: superjson })
    const at = procedure.output(z.object({ at: z.date() })).query(() => ({ at: new Date(1) }))
    const hybrid = createHybrid({
      router: router({ at }),
      info: { title: 'Dates', version: '1.0.0' },
    })
    const handle = fetchHandler(hybrid, { createContext: () => ({}) })
    const answer = await (await handle(new Request('http://api/trpc/at'))).json()
    expect(answer).toEqual({ result: { data: superjson.serialize({ at: new Date(1) }) } })
  })

  it('leave it to JSON.stringify to tell what holds itself', async () => {
    const circle: Record<string, unknown> = { at: new Date(1) }
    circle['self'] = circle
    const faults: string[] = []
    const output = z.object({ at: z.date(), self: z.any() })
    const procedure = t.procedure
      .meta({ openapi: { method: 'GET', path: '/it' } })
      .output(output)
      .query(() => circle as z.input<typeof output>)
    const hybrid = createHybrid({
      router: t.router({ it: procedure }),
      info: { title: 'Dates', version: '1.0.0' },
      onError: ({ error }) => faults.push(String(error.cause)),
    })
    const handle = fetchHandler(hybrid, { createContext: () => ({}) })
    for (const path of ['/it', '/trpc/it', '/trpc/it?batch=1']) {
      expect((await handle(new Request(`http://api${path}`))).status).toBe(500)
    }
    expect(faults).toEqual(Array(3).fill(expect.stringContaining('circular structure')))
  })

  it('are found in schemas that hold themselves, and in parts that are made late', async () => {
    interface Comment {
      readonly at: Date
      readonly answers: readonly Comment[]
    }
    const Comment: z.ZodType<Comment> = z.lazy(() =>
      z.object({ at: z.date(), answers: z.array(Comment) }),
    )
    const comment = { at: new Date(1), answers: [{ at: new Date(2), answers: [] }] }
    expect(await answersOf(comment, Comment)).toEqual(written(comment))
  })
})
