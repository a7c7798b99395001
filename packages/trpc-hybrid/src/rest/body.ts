import { bodyRefusal } from '../body/body-refusal.ts'
import { isUnicode, textOf } from '../body/body-text.ts'
import { charsetOf, mediaTypeOf } from '../body/media-type.ts'
import { parseJson, unsupportedMediaType } from '../errors/unreadable.ts'
import { isTextType } from '../procedures/meta.ts'
import type { HybridRequest } from '../request.ts'
import { pairsOf } from './pairs.ts'
import { createUploadReader } from '../uploads/upload-reader.ts'
import type { Texts } from './read-texts.ts'

/** A body that was read: any value from JSON, or the strings and files of a form by their names, or bytes. */
export type Body =
  | { readonly json: unknown }
  | { readonly form: Readonly<Record<string, Texts>> }
  | { readonly bytes: Uint8Array; readonly type: string }

/** @returns `undefined` where there is no body */
export type ReadBody = (request: HybridRequest) => Promise<Body | undefined>

/**
 * Reads a body of one of the media types given, compressed or not. Each `.input()` of a chain asks for it. Its
 * promise rejects with a `TRPCError`: `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, `TIMEOUT`, or
 * `BAD_REQUEST` for what is no JSON.
 */
export function createBodyReader(types: readonly string[], maxBytes: number): ReadBody {
  const readText = createTextBodyReader(types, maxBytes)
  return types.every(isTextType) ? readText : createUploadReader(types, { maxBytes, readText })
}

function createTextBodyReader(types: readonly string[], maxBytes: number): ReadBody {
  return async (request) => {
    if (!request.hasBody) return undefined
    const format = formatOf(request, types)
    const { parsedBody } = request
    if (parsedBody !== undefined) {
      return format.type === 'application/json'
        ? { json: parsedBody }
        : { form: parsedBody as Record<string, Texts> }
    }
    try {
      return parse(await request.readBody(maxBytes), format)
    } catch (cause) {
      throw bodyRefusal(cause)
    }
  }
}

/** What a body says of itself. */
interface Format {
  readonly type: string
  readonly charset: string
}

const LATIN1 = 'iso-8859-1'

/** @throws {TRPCError} `UNSUPPORTED_MEDIA_TYPE` for anything that can't be read */
function formatOf(request: HybridRequest, types: readonly string[]): Format {
  const mediaType = mediaTypeOf(request)
  const type = types.find((known) => known === mediaType)
  const charset = charsetOf(request) ?? 'utf-8'
  const isCharset = type === 'application/json' ? isUnicode : isFormCharset
  if (!type || !isCharset(charset)) throw unsupportedMediaType(types)
  return { type, charset }
}

const isFormCharset = (charset: string) => charset === 'utf-8' || charset === LATIN1

/** An empty JSON text is taken for an empty object, a common mistake of clients. */
function parse(bytes: Uint8Array, { type, charset }: Format): Body {
  if (type === 'application/json') {
    const text = textOf(bytes, charset)
    return { json: text === '' ? {} : parseJson(text, 'body') }
  }
  const text = charset === LATIN1 ? asUnicode(bytes) : textOf(bytes)
  return { form: Object.fromEntries(pairsOf(text, 'PAYLOAD_TOO_LARGE')) }
}

/** Its percent-encoded characters are those of UTF-8 then. */
const asUnicode = (latin1: Uint8Array) =>
  new TextDecoder('latin1')
    .decode(latin1)
    .replaceAll(/%[0-9a-f]{2}/gi, (code) =>
      encodeURIComponent(String.fromCharCode(parseInt(code.slice(1), 16))),
    )
