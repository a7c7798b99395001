import { initTRPC, type AnyProcedure } from '@trpc/server'
import superjson from 'superjson'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, fileOutput, RouterError, type HybridMeta } from 'trpc-hybrid'

const t = initTRPC.meta<HybridMeta>().create()
const info = { title: 'Files', version: '1.0.0' }
const FORM = 'multipart/form-data'
const BYTES = 'application/octet-stream'

type Meta = Partial<NonNullable<HybridMeta['openapi']>>

function problemsOf(input: z.ZodType, meta: Meta = {}): readonly string[] {
  const openapi = { method: 'POST', path: '/a', ...meta } as const
  const router = t.router({
    bad: t.procedure
      .meta({ openapi })
      .input(input)
      .output(z.string())
      .mutation(() => ''),
  })
  try {
    createHybrid({ router, info })
    return []
  } catch (error) {
    if (error instanceof RouterError) return error.problems
    throw error
  }
}

const Photo = z.object({ photo: z.file() })

describe('the start names a procedure that takes a file', () => {
  it.each<[string, z.ZodType, Meta, string]>([
    [
      'in a query',
      Photo,
      { method: 'GET' },
      'its field photo is a file, for which a query has no room: send it with POST',
    ],
    [
      'in a query, as all of it',
      z.file(),
      { method: 'DELETE' },
      'its input is a file, for which a query has no room',
    ],
    [
      'in a path',
      Photo,
      { path: '/a/{photo}', contentTypes: [FORM] },
      'its field photo is a file, for which a path has no room',
    ],
    [
      'in JSON',
      Photo,
      {},
      `its field photo is a file, for which application/json has no room: write contentTypes: ['${FORM}']`,
    ],
    [
      'in a list in JSON',
      z.object({ photos: z.array(z.instanceof(Blob)) }),
      {},
      'its field photos is a file, for which application/json',
    ],
    [
      'in an object in JSON',
      z.object({ v: z.object({ w: z.file() }) }),
      {},
      'its field v is a file, for which application/json',
    ],
    [
      'in JSON that is a list',
      z.array(z.file()),
      {},
      `its input has a file in it, for which JSON has no room: make it a field of an object, and write contentTypes: ['${FORM}']`,
    ],
    [
      'in JSON that is one of several',
      z.union([z.file(), z.string()]),
      {},
      'its input has a file in it, for which JSON has no room',
    ],
    [
      'in any other field of JSON',
      z.object({}).catchall(z.file()),
      {},
      'its field any other is a file, for which application/json',
    ],
    [
      'in JSON beside a form',
      Photo,
      { contentTypes: ['application/json', FORM] },
      'its field photo is a file, for which application/json',
    ],
    [
      'in a form of texts',
      Photo,
      { contentTypes: ['application/x-www-form-urlencoded'] },
      'its field photo is a file, for which application/x-www-form-urlencoded has',
    ],
    [
      'in place of JSON',
      z.file(),
      {},
      "its input is a file, which application/json can't hold: write its media types",
    ],
    [
      'in place of a form',
      z.instanceof(Uint8Array),
      { contentTypes: [BYTES, FORM] },
      `its input is a file, which ${FORM} can't hold`,
    ],
    [
      'as bytes in a form',
      z.object({ a: z.instanceof(Uint8Array) }),
      { contentTypes: [FORM] },
      'its field a is bytes, which a form has as a file: write z.file()',
    ],
    [
      'in an object in a form',
      z.object({ v: z.object({ w: z.file() }) }),
      { contentTypes: [FORM] },
      "its field v: a text can't stand for the type object",
    ],
    [
      'beside a field, as bytes',
      z.object({ a: z.string(), b: z.file() }),
      { contentTypes: [BYTES] },
      `its contentTypes are [${BYTES}]: write application/json or`,
    ],
  ])('%s', (...[, input, meta, problem]) => {
    expect(problemsOf(input, meta)).toEqual([expect.stringContaining(`bad: ${problem}`)])
  })

  it.each<[Meta, string]>([
    [{ contentTypes: ['text'] }, 'its contentTypes are [text]: write media types in lower case'],
    [{ contentTypes: ['Image/PNG'] }, 'its contentTypes are [Image/PNG]'],
    [{ contentTypes: ['image/png; q=1'] }, 'its contentTypes are [image/png; q=1]'],
    [{ contentTypes: [] }, 'its contentTypes are []'],
    [{ contentTypes: [BYTES], maxBytes: 0 }, 'its maxBytes is 0: write a whole number above 0'],
    [{ contentTypes: [BYTES], maxBytes: 1.5 }, 'its maxBytes is 1.5'],
  ])('the start names a procedure that takes a file with %j', (meta, problem) => {
    expect(problemsOf(z.file(), meta)).toEqual([expect.stringContaining(`bad: ${problem}`)])
  })

  it('beside another input', () => {
    const router = t.router({
      bad: t.procedure
        .meta({ openapi: { method: 'POST', path: '/a/{id}', contentTypes: [BYTES] } })
        .input(z.object({ id: z.string() }))
        .input(z.file() as never)
        .output(z.string())
        .mutation(() => ''),
    })
    expect(() => createHybrid({ router, info })).toThrow(
      'bad: its input is a file: make it a field of the other .input()',
    )
  })

  it('not where there is room', () => {
    expect(problemsOf(Photo, { contentTypes: [FORM] })).toEqual([])
    expect(problemsOf(z.file().optional(), { contentTypes: [BYTES, 'image/png'] })).toEqual([])
  })
})

describe('the start names a procedure that answers with a file', () => {
  const Get = t.procedure.meta({ openapi: { method: 'GET', path: '/a' } })
  const problem = (bad: AnyProcedure, transformer?: typeof superjson) => {
    const made = transformer ? initTRPC.create({ transformer }) : t
    try {
      createHybrid({ router: made.router({ bad } as never), info })
      return []
    } catch (error) {
      return (error as RouterError).problems
    }
  }
  const none = () => undefined as never
  const NO_TYPE = 'bad: its output is a file without a media type: write .output(fileOutput('
  const NO_ROUTE = "bad: its output is a file, which RPC can't carry: give it a REST route"

  it.each([z.file(), z.instanceof(Blob), z.instanceof(Uint8Array), z.instanceof(ReadableStream)])(
    'the start names a procedure that answers with a file without a media type',
    (schema) => {
      expect(problem(Get.output(schema as z.ZodType).query(none))).toEqual([
        expect.stringContaining(NO_TYPE),
      ])
    },
  )

  it('the start names a procedure that answers with a file in an object, or as one of several', () => {
    const csv = fileOutput('text/csv')
    for (const schema of [z.object({ csv }), csv.nullable(), z.array(csv)]) {
      expect(problem(Get.output(schema).query(none))).toEqual([
        expect.stringContaining('bad: its output has a file in it'),
      ])
    }
  })

  it('the start names a procedure that answers with a file over RPC alone', () => {
    const schemas = [fileOutput('text/csv'), z.file(), z.instanceof(ReadableStream)]
    for (const schema of [...schemas, z.instanceof(Uint8Array)] as z.ZodType[]) {
      expect(problem(t.procedure.output(schema).query(none))).toEqual([
        expect.stringContaining(NO_ROUTE),
      ])
    }
  })

  it('the start takes a file that a transformer can carry, or that is described in other words', () => {
    const bytes = t.procedure.output(z.instanceof(Uint8Array)).query(none)
    expect(problem(bytes, superjson)).toEqual([])
    const described = fileOutput('text/csv').describe('All rows')
    expect(problem(Get.output(described).query(none))).toEqual([])
  })

  it('the start names a procedure that answers with a file whose media type is none', () => {
    for (const type of ['csv', 'text/csv\r\na: b', '']) {
      expect(() => fileOutput(type)).toThrow('is no media type, such as text/csv')
    }
  })
})
