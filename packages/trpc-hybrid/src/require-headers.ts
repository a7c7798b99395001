import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { headerNamesOf, type HeaderStep } from './procedures/request-headers.ts'
import { isThenable } from './procedures/thenable.ts'
import { createInputParser } from './procedures/parse-input.ts'
import { createEntryReader } from './rest/input.ts'
import { createItemReader } from './rest/read-texts.ts'
import type { GuardOptions } from './guard.ts'

/** What a context needs for it. */
export interface HeaderSource {
  /** @param name in any case. @returns `undefined` where the request has no such header */
  readonly header: (name: string) => string | undefined
}

/** An object of zod, or of zod/mini, whose fields are headers. */
export type HeadersSchema = z.core.$ZodObject

/**
 * A middleware that reads headers of the request, over REST and RPC alike. They are checked as an input is, are in
 * `ctx.headers` by the names of the schema, and are described in OpenAPI. Names are the same in any case. What
 * comes as a text is read as its schema wants it, as in a query. Of several in a chain, `ctx.headers` is that of the last.
 *
 * One that is missing or does not fit is a 400 whose `issues` have the path `['header', name]`.
 *
 * @throws {TypeError} for a name that is none (RFC 9110 §5.1), for headers that hold credentials, which are for
 *   guards alone, and for a type that no header can hold, such as a list
 * @example publicProcedure.use(requireHeaders(z.object({ 'X-Tenant': z.string() })))
 */
export function requireHeaders<Schema extends HeadersSchema>(schema: Schema) {
  const names = headerNamesOf(schema)
  if (names.length === 0) {
    throw new TypeError('A schema of headers has a field for each: z.object({ … })')
  }
  names.forEach(requireReadable)
  const parse = createInputParser(schema)
  const readTexts = createTexts(schema)
  const readHeaders = ({ header }: HeaderSource): Read<Schema> | Promise<Read<Schema>> => {
    const sent: [string, string][] = []
    for (const name of names) {
      const text = header(name)
      if (text !== undefined) sent.push([name, text])
    }
    try {
      const parsed = parse(Object.fromEntries(readTexts(sent)))
      return isThenable(parsed)
        ? Promise.resolve(parsed).then(asHeaders<Schema>, refuse)
        : asHeaders<Schema>(parsed)
    } catch (error) {
      return refuse(error)
    }
  }
  const middleware = async ({ ctx, next }: GuardOptions<HeaderSource>) =>
    next({ ctx: await readHeaders(ctx) })
  return Object.assign(middleware, { readHeaders, headersSchema: schema } satisfies HeaderStep)
}

interface Read<Schema extends HeadersSchema> {
  readonly headers: z.core.output<Schema>
}

function asHeaders<Schema extends HeadersSchema>(parsed: unknown): Read<Schema> {
  return { headers: parsed as z.core.output<Schema> }
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Headers that say who sends a request. They are for guards alone: a procedure that believed a cookie would
 * do what any page makes a browser ask for (CSRF).
 */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  ...['authorization', 'proxy-authorization', 'dpop'],
  'cookie',
])

function requireReadable(name: string): void {
  if (!TOKEN.test(name)) {
    throw new TypeError(`${JSON.stringify(name)} is no name of a header (RFC 9110 §5.1)`)
  }
  if (CREDENTIAL_HEADERS.has(name.toLowerCase())) {
    throw new TypeError(`The header ${name} is for guards alone: no procedure is given it`)
  }
}

function createTexts({ _zod: { def } }: HeadersSchema) {
  try {
    return createEntryReader({ fields: def.shape, others: undefined }, createItemReader)
  } catch (error) {
    throw new TypeError(`A header can't be read: ${(error as Error).message}`, { cause: error })
  }
}

/** The place of an issue tells a header from a field of the input. */
function refuse(error: unknown): never {
  if (!(error instanceof z.core.$ZodError)) throw error
  const issues = error.issues.map((issue) => ({ ...issue, path: ['header', ...issue.path] }))
  throw new TRPCError({ code: 'BAD_REQUEST', cause: new z.ZodRealError(issues) })
}
