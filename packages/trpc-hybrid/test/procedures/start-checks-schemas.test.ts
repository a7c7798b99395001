import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startIssuer, type TestIssuer } from '../../../server/test/support/issuer.ts'
import {
  ok,
  Out,
  problemsOf,
  procedure,
  withInput,
  type Procedures,
} from '../../../server/test/support/unfit.ts'

const post = procedure({ path: '/a', method: 'POST' })

const withBody = (path: `/${string}`, shape: z.ZodRawShape) =>
  procedure({ path, method: 'POST' }).input(z.object(shape)).output(Out).mutation(ok)

const named = (shape: z.ZodRawShape) => z.object(shape).meta({ id: 'Copied' })

const UNREADABLE: readonly (readonly [string, z.ZodType, string])[] = [
  ['a coerced boolean', z.coerce.boolean(), 'write z\\.boolean'],
  ['an object in an object', z.object({ a: z.object({}) }), 'the type object: make its fields'],
  ['a record of lists of lists', z.record(z.string(), z.array(z.array(z.string()))), 'no room'],
  ['a union with an object', z.union([z.string(), z.object({})]), 'the type object'],
  ['a list in a list', z.array(z.array(z.string())), 'no room for a list'],
  ['a set', z.set(z.string()), 'the type set'],
]

const UNDESCRIBED: readonly (readonly [string, z.ZodType, string])[] = [
  ['a set', z.set(z.string()), 'set: write z\\.array'],
  ['a map', z.map(z.string(), z.string()), 'map: write z\\.record'],
  ['a type of its own', z.custom<string>(), 'custom: write a schema of zod'],
  ['a class', z.instanceof(URL), 'custom'],
  ['a symbol', z.symbol(), 'symbol'],
]

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

describe('the start stops, and names the procedure and the field, for', () => {
  it.each<[string, Procedures, RegExp]>([
    ...UNREADABLE.map(([name, schema, problem]): [string, Procedures, RegExp] => [
      `${name} in a query`,
      { bad: withInput('/a', z.object({ v: schema })) },
      new RegExp(`items\\.bad: its field v.*${problem}`),
    ]),
    [
      'a list in a path',
      { bad: withInput('/a/{v}', z.object({ v: z.array(z.string()).optional() })) },
      /items\.bad: its field v: there is no room for a list/,
    ],
    ...UNDESCRIBED.map(([name, schema, problem]): [string, Procedures, RegExp] => [
      `${name} in a body`,
      {
        bad: post
          .input(z.object({ v: z.object({ w: schema }) }))
          .output(Out)
          .mutation(ok),
      },
      new RegExp(`items\\.bad: its field v\\.w is of the type ${problem}`),
    ]),
    [
      'a union as the whole query',
      { bad: withInput('/a', z.union([z.object({}), z.string()])) },
      /items\.bad: its input is of the type union, for which a query has no room: write/,
    ],
    [
      'a big integer in an output',
      {
        bad: procedure({ path: '/a' })
          .output(z.object({ n: z.bigint() }))
          .query(() => ({ n: 1n })),
      },
      /items\.bad: its output n is a bigint, which JSON has not: write z\.string/,
    ],
    [
      'an output that can not be described',
      {
        bad: procedure({ path: '/a' })
          .output(z.object({ v: z.string().transform(Number) }))
          .query(() => ({ v: '1' })),
      },
      /items\.bad: it can't be described: .*transform/,
    ],
    [
      'an output that may be nothing',
      { bad: procedure({ path: '/a' }).output(Out.optional()).query(ok) },
      /items\.bad: its output may be undefined/,
    ],
    [
      'an operation id that is there twice',
      {
        one: procedure({ path: '/a', operationId: 'same' }).output(Out).query(ok),
        bad: procedure({ path: '/b', operationId: 'same' }).output(Out).query(ok),
      },
      /items\.bad: its operationId same is that of items\.one/,
    ],
    [
      'a schema id that two outputs have',
      {
        bad: procedure({ path: '/a' })
          .output(named({ a: z.string() }))
          .query(ok),
        one: procedure({ path: '/b' })
          .output(named({ b: z.string() }))
          .query(ok),
      },
      /items\.one: two schemas have the id Copied, here and in items\.bad: give/,
    ],
    [
      'a schema id that two outputs have which are alike, as after copying a feature',
      {
        bad: procedure({ path: '/a' }).output(named({})).query(ok),
        one: procedure({ path: '/b' })
          .output(z.array(named({})))
          .query(() => []),
      },
      /items\.one: two schemas have the id Copied, here and in items\.bad: give/,
    ],
    [
      'a schema id that two inputs have',
      {
        bad: withBody('/a', { v: named({ a: z.string() }) }),
        one: withBody('/b', { v: named({ b: z.string() }) }),
      },
      /items\.one: two schemas have the id Copied, here and in items\.bad: give/,
    ],
    [
      'a schema id that is twice in an output',
      {
        bad: procedure({ path: '/a' })
          .output(z.object({ one: named({}), other: named({}) }))
          .query(() => ({ one: {}, other: {} })),
      },
      /items\.bad: two schemas have the id Copied, both in its output: give/,
    ],
    [
      'a schema id that is twice in an input',
      { bad: withBody('/a', { one: named({}), other: named({}) }) },
      /items\.bad: two schemas have the id Copied, both in its input: give/,
    ],
    [
      "a schema id that is the server's own, going in",
      { bad: withInput('/a', z.object({ v: z.string().meta({ id: 'InputIssue' }) })) },
      /items\.bad: .* id InputIssue, which is one of the server's/,
    ],
    [
      "a schema id that is the server's own, coming out",
      {
        bad: procedure({ path: '/a' })
          .output(Out.extend({}).meta({ id: 'Refusal' }))
          .query(ok),
      },
      /items\.bad: .* id Refusal, which is one of the server's/,
    ],
    [
      'an error response that is none',
      {
        bad: procedure({ path: '/a', errorResponses: [200] })
          .output(Out)
          .query(ok),
      },
      /items\.bad: its errorResponses have 200/,
    ],
    [
      'a protection that its chain does not have',
      { bad: procedure({ path: '/a', protect: true }).output(Out).query(ok) },
      /items\.bad: its meta has protect: true, its chain asks for no token/,
    ],
    [
      'a status without a body for an output with one',
      { bad: procedure({ path: '/a', successStatus: 204 }).output(Out).query(ok) },
      /items\.bad: its successStatus is 204/,
    ],
  ])('%s', async (_, procedures, problem) => {
    expect(await problemsOf(issuer, procedures)).toMatch(problem)
  })
})
