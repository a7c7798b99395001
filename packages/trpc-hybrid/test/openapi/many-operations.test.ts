import { initTRPC, type AnyProcedure } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, RouterError, type HybridMeta } from 'trpc-hybrid'

const t = initTRPC.meta<HybridMeta>().create()
const MANY = 130
const info = { title: 'Items', version: '1.0.0' }

const Item = z
  .object({ id: z.string(), at: z.date(), more: z.string().nullish() })
  .meta({ id: 'Item' })
const itemOf = (at: number) =>
  z.object({ [`only${at}`]: z.number(), item: Item }).meta({ id: `Item${at}` })

/** Two procedures to each path, half of the router apart. */
const procedure = (at: number): AnyProcedure => {
  const path = `/items/${at % (MANY / 2)}` as const
  const openapi = { path, method: at < MANY / 2 ? 'GET' : 'POST', tags: [`Tag ${at % 7}`] } as const
  return t.procedure
    .meta({ openapi })
    .input(z.object({ since: z.date().optional(), [`name${at}`]: z.string() }))
    .output(at % 3 === 0 ? z.array(Item) : itemOf(at))
    .query(() => [] as never)
}

const proceduresOf = (make: (at: number) => AnyProcedure) =>
  Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`item${at}`, make(at)]))

interface Node {
  readonly value: string
  readonly next: Node | null
}
/** Refers to itself, and has no name. */
const chain = (value: z.ZodType<string>) => {
  const Link: z.ZodType<Node> = z.object({ value, next: z.lazy(() => Link.nullable()) })
  return Link
}

describe('the document of many operations', () => {
  it('says of each what its own would say, in the order of the router', () => {
    const hybrid = createHybrid({ router: t.router(proceduresOf(procedure)), info })
    const { paths, components } = hybrid.document
    const alone = hybrid.operations.map(({ name }) =>
      hybrid.describe({ filter: (other) => other === name }),
    )
    expect(Object.keys(paths)).toEqual(Array.from({ length: MANY / 2 }, (_, at) => `/items/${at}`))
    for (const one of alone) {
      for (const [path, item] of Object.entries(one.paths)) expect(paths[path]).toMatchObject(item)
      expect(components.schemas).toMatchObject(one.components.schemas ?? {})
    }
  })

  it('keeps schemas apart that refer to themselves and have no name', () => {
    const outputs: Readonly<Record<number, z.ZodType>> = {
      3: chain(z.string().max(3)),
      120: chain(z.string().max(120)),
    }
    const router = t.router(
      proceduresOf((at) => {
        const openapi = { path: `/items/${at}`, method: 'GET' } as const
        return t.procedure
          .meta({ openapi })
          .output(outputs[at] ?? Item)
          .query(() => undefined as never)
      }),
    )
    const { paths, components } = createHybrid({ router, info }).document
    const maxLengthOf = (path: string) => {
      const text = JSON.stringify(paths[path]?.['get']?.responses['200'])
      const [, name = ''] = /"#\/components\/schemas\/(__\w+)"/.exec(text) ?? []
      return (components.schemas?.[name] as Link | undefined)?.properties.value.maxLength
    }
    expect([maxLengthOf('/items/3'), maxLengthOf('/items/120')]).toEqual([3, 120])
  })

  it('is refused with every procedure that has no description', () => {
    const unfit = [2, 77, 129]
    const router = t.router(
      proceduresOf((at) =>
        t.procedure
          .meta({ openapi: { path: `/items/${at}`, method: 'GET' } })
          .output(unfit.includes(at) ? z.string().transform(Number) : Item)
          .query(() => undefined as never),
      ),
    )
    const problems = createHybrid({ router, info }).check()
    expect(problems.map((text) => text.split(':', 1)[0])).toEqual(['item129', 'item2', 'item77'])
    expect(() => createHybrid({ router, info }).document).toThrow(RouterError)
  })

  it('names the procedure that has the path of an earlier one, however many lie between', () => {
    const make = () =>
      createHybrid({
        info,
        router: t.router({
          ...proceduresOf(procedure),
          last: t.procedure
            .meta({ openapi: { path: '/items/5', method: 'GET' } })
            .output(Item)
            .query(() => undefined as never),
        }),
      })
    expect(make).toThrow('last: GET /items/5 is that of item5 already')
  })
})

interface Link {
  readonly properties: { readonly value: { readonly maxLength: number } }
}
