import { TRPCError } from '@trpc/server'
import type { BodyType } from '../procedures/meta.ts'
import type { HybridRequest } from '../request.ts'
import { pairsOf } from './pairs.ts'
import type { Texts } from './read-texts.ts'

/** A body that was read: any value from JSON, or the strings of a form by their names. */
export type Body = { readonly json: unknown } | { readonly form: Readonly<Record<string, Texts>> }

/** @returns `undefined` where there is no body */
export type ReadBody = (request: HybridRequest) => Promise<Body | undefined>

/**
 * Reads a body of one of the media types given. Its promise rejects with a `TRPCError`:
 * `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, or `BAD_REQUEST` for what is no JSON.
 */
export function createBodyReader(types: readonly BodyType[], maxBytes: number): ReadBody {
  return async (request) => {
    if (!request.hasBody) return undefined
    const named = request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
    const type = types.find((known) => known === named)
    if (!type) throw new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' })
    const isJson = type === 'application/json'
    const { parsedBody } = request
    if (parsedBody !== undefined)
      return isJson ? { json: parsedBody } : { form: parsedBody as never }
    const text = new TextDecoder().decode(await request.readBody(maxBytes))
    return isJson ? { json: parseJson(text) } : { form: Object.fromEntries(pairsOf(text)) }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause })
  }
}
