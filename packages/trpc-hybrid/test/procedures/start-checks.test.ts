import type { AnyRouter } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { startIssuer, type TestIssuer } from '../../../server/test/support/issuer.ts'
import {
  get,
  ok,
  Out,
  problemsOf,
  procedure,
  withInput,
  type Procedures,
} from '../../../server/test/support/unfit.ts'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

describe('the start stops, and names the procedure, for', () => {
  it.each<[string, Procedures, RegExp]>([
    [
      'a subscription',
      {
        bad: procedure({ path: '/a' }).subscription(async function* () {
          yield await Promise.resolve(1)
        }),
      },
      /items\.bad: a subscription has no REST route/,
    ],
    [
      'a method of another name',
      {
        bad: procedure({ path: '/a', method: 'get' as 'GET' })
          .output(Out)
          .query(ok),
      },
      /items\.bad: its method is get: write one of GET, POST/,
    ],
    [
      'an output without a schema',
      { bad: procedure({ path: '/a' }).query(ok) },
      /items\.bad: it has no output schema: write \.output/,
    ],
    [
      'an input that is a function',
      {
        bad: procedure({ path: '/a' })
          .input((value) => value)
          .output(Out)
          .query(ok),
      },
      /items\.bad: its \.input\(\) is no zod schema: write/,
    ],
    [
      'an input that is no object',
      { bad: withInput('/a', z.array(z.string())) },
      /items\.bad: its input is of the type array, .* write \.input\(z\.object/,
    ],
    [
      'a parameter of the path that the input has not',
      { bad: withInput('/a/{id}', z.object({ key: z.string() })) },
      /items\.bad: its path has \{id\}, its input has not: write it into/,
    ],
    ['a parameter without an input', { bad: get('/a/{id}') }, /items\.bad: its path has \{id\}/],
    ['a path with a space', { bad: get('/a b') }, /items\.bad: "a b" in its path/],
    ['a path with a query', { bad: get('/a?b=c') }, /items\.bad: "a\?b=c" in its path/],
    ['an unclosed brace', { bad: get('/a/{id') }, /items\.bad: "\{id" in its path/],
    ['an empty segment', { bad: get('/a//b') }, /items\.bad: its path \/a\/\/b has an empty/],
    [
      'a parameter that is there twice',
      { bad: withInput('/a/{id}/{id}', z.object({ id: z.string() })) },
      /items\.bad: its path .* has a parameter twice/,
    ],
    [
      'two parameters with nothing between',
      { bad: withInput('/a/{b}{c}', z.object({ b: z.string(), c: z.string() })) },
      /items\.bad: "\{b\}\{c\}" in its path has no text between/,
    ],
    [
      'a route that is there twice',
      { one: get('/a'), bad: get('/a/') },
      /items\.bad: GET \/a is that of items\.one/,
    ],
    [
      'a template that is there twice',
      {
        one: withInput('/a/{x}', z.object({ x: z.string() })),
        bad: withInput('/a/{y}', z.object({ y: z.string() })),
      },
      /items\.bad: \/a\/\{y\} and \/a\/\{x\} of items\.one are one path/,
    ],
    ...(
      [
        '/livez',
        '/readyz',
        '/docs',
        '/docs/x',
        '/trpc',
        '/trpc/x',
        '/api/openapi.json',
        '/.well-known/oauth-protected-resource',
      ] as const
    ).map((path): [string, Procedures, RegExp] => [
      `a route that is the server's own: ${path}`,
      { bad: get(path) },
      new RegExp(`items\\.bad: its path ${path.replaceAll('.', '\\.')} is the server's own`),
    ]),
    [
      'a body of another media type',
      {
        bad: procedure({ path: '/a', method: 'POST', contentTypes: ['text/csv'] })
          .input(z.object({ a: z.string() }))
          .output(Out)
          .mutation(ok),
      },
      /items\.bad: its contentTypes are \[text\/csv\]: write application\/json or/,
    ],
  ])('%s', async (_, procedures, problem) => {
    expect(await problemsOf(issuer, procedures)).toMatch(problem)
  })

  it('every one of them at once', async () => {
    const problems = await problemsOf(issuer, {
      one: get('/a b'),
      two: get('/livez'),
      three: get('/c'),
    })
    expect(problems).toMatch(/items\.one: .*\n.*items\.two: /)
    expect(problems).not.toContain('items.three')
  })
})

it('a procedure without openapi meta may be anything', async () => {
  const free = publicProcedure.input((value) => value).query(ok)
  const items: AnyRouter = router({ free })
  expect(await problemsOf(issuer, { free, more: items })).toBe('none')
})
