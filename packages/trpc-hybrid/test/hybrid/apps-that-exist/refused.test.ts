import { initTRPC, type AnyProcedure } from '@trpc/server'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { createHybrid, RouterError, type HybridMeta } from 'trpc-hybrid'

const t = initTRPC.meta<HybridMeta>().create()
type Parser = z.ZodType
const at = (method: 'GET' | 'POST', path: `/${string}`) =>
  t.procedure.meta({ openapi: { method, path } })
const body = (input: unknown, path: `/${string}` = '/a') =>
  at('POST', path)
    .input(input as Parser)
    .mutation(() => true)
const query = (input: unknown, path: `/${string}` = '/a') =>
  at('GET', path)
    .input(input as Parser)
    .query(() => true)
const rpc = (input: unknown) => t.procedure.input(input as Parser).query(() => true)
const output = (schema: unknown) =>
  at('GET', '/a')
    .output(schema as Parser)
    .query(() => true)
const field = (v: unknown) => z.object({ v: v as Parser })

// Recursion that makes new schemas at each step.
const tree = (): Parser => z.object({ kids: z.array(z.lazy(tree)) })
const leaf = (): Parser => z.union([z.string(), z.lazy(leaf)])
const bare = (): Parser => z.lazy(bare)
const deeper = (): Parser => z.lazy(() => deeper().optional())
const getter = (): Parser =>
  z.object({
    get left() {
      return getter()
    },
    get right() {
      return getter().nullish()
    },
  })
const endless = { tree, leaf, bare, deeper, getter }
const ENDLESS = 'makes new schemas without end: let z.lazy() return one schema that is made once'
const old = z3.string()
const ZOD_3 = 'is a schema of zod 3: write it with zod 4 (import { z } from "zod")'
const NO_TEXT =
  "a text can't stand for the type object: make its fields inputs of their own, take a text and transform it, or send it in a JSON body"
const noRoom = (type: string) =>
  `its input is of the type ${type}, for which a query has no room: write .input(z.object({ … })), with the ${type} as a field, or send it with POST`
const CUSTOM = 'write a schema of zod, or say what it is in JSON with .meta({ type: … })'

type Row = readonly [AnyProcedure, string]

/** What can't be served, and the exact words in which the start says so. */
const REFUSED: Readonly<Record<string, Row>> = {
  ...Object.fromEntries(
    Object.entries(endless).flatMap(([name, make]): [string, Row][] => [
      [`an endless ${name} as a body`, [body(make()), `its input ${ENDLESS}`]],
      [`an endless ${name} in a body`, [body(field(make())), `its input ${ENDLESS}`]],
      [`an endless ${name} in a query`, [query(field(make())), `its input ${ENDLESS}`]],
      [`an endless ${name} over RPC`, [rpc(make()), `its input ${ENDLESS}`]],
      [`an endless ${name} as an output`, [output(make()), `its output ${ENDLESS}`]],
    ]),
  ),

  'zod 3 as a body': [body(z3.object({ a: old })), `its .input() ${ZOD_3}`],
  'zod 3 as a query': [query(z3.object({ a: old })), `its .input() ${ZOD_3}`],
  'zod 3 over RPC': [rpc(z3.object({ a: old })), `its .input() ${ZOD_3}`],
  'zod 3 as an output': [output(z3.object({ a: old })), `its output ${ZOD_3}`],
  'zod 3 as a field': [body(field(z.object({ w: old as never }))), `its input v.w ${ZOD_3}`],
  'zod 3 in a list': [body(field(z.array(old as never))), `its input v ${ZOD_3}`],
  'zod 3 in a field over RPC': [rpc(field(old)), `its input v ${ZOD_3}`],
  'zod 3 in a union': [body(z.union([z.number(), old as never])), `a part of its input ${ZOD_3}`],
  'zod 3 in an output': [output(z.array(field(old))), `its output v ${ZOD_3}`],

  'a path of Express': [
    query(z.object({ id: z.string() }), '/a/:id'),
    'its path has :id: write {id}',
  ],
  'a parameter of a union alone': [
    body(
      z.union([z.object({ id: z.string() }), z.object({ id: z.string(), b: z.string() })]),
      '/a/{id}',
    ),
    'its path has {id}, its input has not: write it into .input(z.object({ … }))',
  ],

  'a text as a query': [query(z.string()), noRoom('string')],
  'a list as a query': [query(z.array(z.string())), noRoom('array')],
  'a union as a query': [
    query(z.union([z.object({}), z.object({ a: z.string() })])),
    noRoom('union'),
  ],
  'a list of objects in a query': [query(field(z.array(z.object({})))), `its field v: ${NO_TEXT}`],
  'an object in an object in a query': [
    query(field(z.object({ w: z.object({}) }))),
    `its field v: its field w: ${NO_TEXT}`,
  ],
  'a coerced boolean in a query': [
    query(field(z.coerce.boolean())),
    'its field v: coercion takes the text "false" for true: write z.boolean()',
  ],

  'a set as a body': [body(z.set(z.string())), 'its input is of the type set: write z.array()'],
  'a set in a body': [
    body(field(z.set(z.string()))),
    'its field v is of the type set: write z.array()',
  ],
  'a map in a body': [
    body(field(z.map(z.string(), z.string()))),
    'its field v is of the type map: write z.record()',
  ],
  'a class in a body': [
    body(field(z.instanceof(URL))),
    `its field v is of the type custom: ${CUSTOM}`,
  ],
  'a file in a body': [
    body(field(z.file())),
    "its field v is a file, for which application/json has no room: write contentTypes: ['multipart/form-data']",
  ],

  'a default of undefined': [
    body(field(z.any().default(undefined))),
    'its input has a default of undefined, which JSON has not: write .optional()',
  ],

  'a big integer in an output': [
    output(field(z.bigint())),
    'its output v is a bigint, which JSON has not: write z.string()',
  ],
  'a map in an output': [
    output(field(z.map(z.string(), z.string()))),
    'its output v is of the type map: write z.record()',
  ],
  'a transform in an output': [
    output(field(z.string().transform(Number))),
    "it can't be described: its output v is of the type transform: write .pipe(z.string()), or what it is, behind it",
  ],
  'a class in an output': [
    output(field(z.array(z.instanceof(URL)))),
    `it can't be described: its output v is of the type custom: ${CUSTOM}`,
  ],
  'an output that may be undefined': [
    output(z.string().optional()),
    'its output may be undefined, which JSON has not: write .nullable()',
  ],
  'a function as an input': [
    body((value: unknown) => value),
    'its .input() is no zod schema: write .input(z.object({ … }))',
  ],
}

it.each(Object.entries(REFUSED))('%s is refused by name, once', (_, [procedure, problem]) => {
  expect(problemsOf(procedure)).toEqual([`shop.bad: ${problem}`])
})

function problemsOf(bad: AnyProcedure): readonly string[] {
  const router = t.router({ shop: t.router({ bad: bad as ReturnType<typeof rpc> }) })
  const info = { title: 'Refused', version: '1.0.0' }
  try {
    return createHybrid({ router, info, missingOutput: 'any' }).check()
  } catch (error) {
    if (error instanceof RouterError) return error.problems
    throw error
  }
}
