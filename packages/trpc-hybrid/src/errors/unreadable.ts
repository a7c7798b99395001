import { TRPCError } from '@trpc/server'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import { faultIn } from '../body/json-fault.ts'

/** Why a request can't be read. Its message is for the client, so nothing of what was sent is in it. */
export class Unreadable extends Error {}

/** @param message for the client */
export const unreadable = (code: TRPC_ERROR_CODE_KEY, message: string) =>
  new TRPCError({ code, cause: new Unreadable(message) })

/** @param types the media types that would be taken */
export const unsupportedMediaType = (types: readonly string[]) =>
  unreadable('UNSUPPORTED_MEDIA_TYPE', `Unsupported Media Type: send ${types.join(' or ')}`)

/** @param text what was taken for JSON */
export const notJson = (what: 'body' | 'input', text: string) =>
  unreadable('BAD_REQUEST', `Bad Request: the ${what} is no JSON (position ${faultIn(text)})`)

/** @throws {TRPCError} `BAD_REQUEST` that says where the text stops being JSON */
export function parseJson(text: string, what: 'body' | 'input'): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notJson(what, text)
  }
}
