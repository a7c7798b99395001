import { initTRPC, lazy } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createGuard, createHybrid, RouterError, type HybridMeta } from 'trpc-hybrid'

const t = initTRPC.meta<HybridMeta>().create()
const info = { title: 'Problems', version: '1.0.0' }
const get = (path: `/${string}`) => t.procedure.meta({ openapi: { method: 'GET', path } })
const Out = z.object({ ok: z.boolean() })
const ok = () => ({ ok: true })

const problemsOf = (procedures: Parameters<typeof t.router>[0]): readonly string[] => {
  try {
    createHybrid({ router: t.router(procedures), info })
    return []
  } catch (error) {
    if (error instanceof RouterError) return error.problems
    throw error
  }
}

describe('createHybrid', () => {
  it('tells every problem of a router at once, sorted by procedure', () => {
    const endless = (): z.ZodType => z.object({ in: z.lazy(endless) })
    const guarded = t.procedure.use(createGuard(() => undefined))
    const problems = problemsOf({
      unreadable: get('/unreadable')
        .input(z.object({ v: z.set(z.string()) }))
        .output(Out)
        .query(ok),
      route: get('/a b').query(ok),
      guard: guarded
        .meta({ openapi: { method: 'GET', path: '/guard', protect: false } })
        .output(Out)
        .query(ok),
      big: get('/big')
        .output(z.object({ n: z.bigint() }))
        .query(() => ({ n: 1n })),
      late: lazy(() => Promise.resolve(t.router({}))),
      twin: get('/fine').output(Out).query(ok),
      fine: get('/fine').output(Out).query(ok),
      endless: t.procedure.input(endless()).query(ok),
    })
    expect(problems).toEqual([
      expect.stringMatching(/^big: its output n is a bigint/),
      expect.stringMatching(/^endless: .* without end/),
      expect.stringMatching(/^fine: GET \/fine is that of twin already/),
      expect.stringMatching(/^guard: its meta has protect: false/),
      expect.stringMatching(/^late: it is lazy and not loaded/),
      expect.stringMatching(/^route: "a b" in its path/),
      expect.stringMatching(/^route: it has no output schema/),
      expect.stringMatching(/^unreadable: its field v: a text can't stand for/),
      expect.stringMatching(/^unreadable: its field v is of the type set/),
    ])
  })

  it('says what can not be served, whatever it is', () => {
    expect(() => createHybrid({ router: t.router({ a: get('/a b').query(ok) }), info })).toThrow(
      /^The router can't be served:\n- a: /,
    )
  })
})

describe('check', () => {
  const check = (procedures: Parameters<typeof t.router>[0]) =>
    createHybrid({ router: t.router(procedures), info }).check()

  it('tells what the description would fail for', () => {
    const problems = check({
      two: get('/two')
        .output(z.object({ v: z.string().transform(Number) }))
        .query(() => ({ v: '1' })),
      one: get('/one')
        .output(z.object({ v: z.map(z.string(), z.string()) }))
        .query(() => ({ v: new Map() })),
      fine: get('/fine').output(Out).query(ok),
    })
    expect(problems).toEqual([
      expect.stringMatching(/^one: its output v is of the type map/),
      expect.stringMatching(/^two: it can't be described/),
    ])
  })

  it('tells nothing of a router that can be described', () => {
    expect(check({ fine: get('/fine').output(Out).query(ok) })).toEqual([])
  })
})
