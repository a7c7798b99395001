import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeRouter } from '../../../server/test/support/describe-router.ts'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { BODY, QUERY } from '../../../server/test/support/input-types.ts'

/** What a procedure was given, in a text that tells dates, big integers and nothing from texts. */
const Shown = z.object({ got: z.string() })
function show(value: unknown): string {
  if (value instanceof Date) return `Date(${value.toISOString()})`
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return `{${fields.map(([name, field]) => `${name}: ${show(field)}`).join(', ')}}`
}

const query = (path: `/${string}`, schema: z.ZodType) =>
  publicProcedure
    .meta({ openapi: { method: 'GET', path } })
    .input(z.object({ v: schema }))
    .output(Shown)
    .query(({ input }) => ({ got: show('v' in input && input.v !== undefined ? input.v : input) }))
const mutation = (path: `/${string}`, schema: z.ZodType) =>
  publicProcedure
    .meta({ openapi: { method: 'POST', path } })
    .input(z.object({ v: schema }))
    .output(Shown)
    .mutation(({ input }) => ({
      got: show('v' in input && input.v !== undefined ? input.v : input),
    }))

/** A path has no room for a list: those stop the start. */
const PATH = QUERY.filter(({ name }) => !/list|tuple|many/.test(name))

const table = router({
  query: router(
    Object.fromEntries(QUERY.map(({ schema }, at) => [`n${at}`, query(`/query/${at}`, schema)])),
  ),
  path: router(
    Object.fromEntries(PATH.map(({ schema }, at) => [`n${at}`, query(`/path/${at}/{v}`, schema)])),
  ),
  body: router(
    Object.fromEntries(BODY.map(({ schema }, at) => [`n${at}`, mutation(`/body/${at}`, schema)])),
  ),
})
const fixture = useServer({ router: table, env: { RATE_LIMIT_MAX: '0' } })
const document = describeRouter(table)

async function got(path: string, init: RequestInit = {}) {
  const response = await fetch(`${fixture.server.url}${path}`, init)
  const body = (await response.json()) as { got?: string; message: string }
  return body.got ?? `${response.status} ${body.message}`
}
const REFUSED = '400 Input validation failed'

describe.each(QUERY.map((one, at) => ({ ...one, at })))(
  'in a query, $name',
  ({ at, takes, refuses = [], described, required }) => {
    it('is read as it is described', async () => {
      for (const [sent = '', expected] of takes) {
        expect(await got(`/query/${at}?${sent}`), sent).toBe(expected)
      }
      for (const sent of refuses)
        expect(await got(`/query/${at}?${sent ?? ''}`), sent).toBe(REFUSED)
      const [parameter] = (document.paths?.[`/query/${at}`]?.get?.parameters ?? []) as {
        required?: boolean
        schema: object
      }[]
      expect(parameter).toMatchObject({
        in: 'query',
        name: 'v',
        schema: described,
        ...(required !== undefined && { required }),
      })
    })
  },
)

describe.each(PATH.map((one, at) => ({ ...one, at })))(
  'in a path, $name',
  ({ at, takes, described }) => {
    it('is read as it is described', async () => {
      for (const [sent, expected] of takes) {
        if (sent === undefined || sent === 'v=' || sent.includes('&')) continue
        expect(await got(`/path/${at}/${sent.slice(2)}`), sent).toBe(expected)
      }
      const [parameter] = document.paths?.[`/path/${at}/{v}`]?.get?.parameters ?? []
      expect(parameter).toMatchObject({ in: 'path', name: 'v', required: true, schema: described })
    })
  },
)

describe.each(BODY.map((one, at) => ({ ...one, at })))(
  'in a body, $name',
  ({ at, takes, refuses = [], described }) => {
    it('is read as it is described', async () => {
      const send = (v: string | undefined) =>
        got(`/body/${at}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: v === undefined ? '{}' : `{"v":${v}}`,
        })
      for (const [sent, expected] of takes) expect(await send(sent), sent).toBe(expected)
      for (const sent of refuses) expect(await send(sent), sent).toBe(REFUSED)
      expect(document.paths?.[`/body/${at}`]?.post?.requestBody).toMatchObject({
        content: { 'application/json': { schema: { properties: { v: described } } } },
      })
    })
  },
)
