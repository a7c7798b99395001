import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { bodyRefusal } from '../http/body-refusal.ts'
import { isUnicode, textOf } from '../http/body-text.ts'
import { decompress, isCompression } from '../http/decompress.ts'
import { charsetOf, mediaTypeOf } from '../http/media-type.ts'
import { readBody } from '../http/read-body.ts'
import { parseJson, unsupportedMediaType } from '../http/unreadable.ts'
import type { BodyType } from '../procedures/operations.ts'
import { pairsOf } from './pairs.ts'
import type { Texts } from './read-texts.ts'

/** A body that was read: any value from JSON, or the strings of a form by their names. */
export type Body = { readonly json: unknown } | { readonly form: Readonly<Record<string, Texts>> }

/** @returns `undefined` where there is no body */
export type ReadBody = (req: IncomingMessage) => Promise<Body | undefined>

/**
 * Reads a body of one of the media types given, compressed or not. Each `.input()` of a chain asks for it, and
 * gets the same one. Its promise rejects with a `TRPCError`: `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`,
 * `TIMEOUT`, or `BAD_REQUEST` for what is no JSON.
 */
export function createBodyReader(types: readonly BodyType[], maxBytes: number): ReadBody {
  const bodies = new WeakMap<IncomingMessage, Promise<Body | undefined>>()

  async function read(req: IncomingMessage): Promise<Body | undefined> {
    if (!hasBody(req)) return undefined
    const format = formatOf(req.headers, types)
    try {
      const sent = await readBody(req, { maxBytes })
      const { coding } = format
      return parse(coding ? await decompress(sent, { coding, maxBytes }) : sent, format)
    } catch (cause) {
      throw bodyRefusal(cause)
    }
  }

  return (req) => {
    const body = bodies.get(req) ?? read(req)
    bodies.set(req, body)
    return body
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** What a body says of itself. */
interface Format {
  readonly type: BodyType
  readonly charset: string
  /** How it is compressed; `undefined`: not at all. */
  readonly coding: string | undefined
}

const LATIN1 = 'iso-8859-1'

/** @throws {TRPCError} `UNSUPPORTED_MEDIA_TYPE` for anything that can't be read */
function formatOf(headers: IncomingHttpHeaders, types: readonly BodyType[]): Format {
  const mediaType = mediaTypeOf(headers)
  const type = types.find((known) => known === mediaType)
  const charset = charsetOf(headers) ?? 'utf-8'
  const coding = headers['content-encoding']?.toLowerCase() ?? 'identity'
  const isCharset = type === 'application/json' ? isUnicode : isFormCharset
  if (!type || !isCharset(charset) || (coding !== 'identity' && !isCompression(coding))) {
    throw unsupportedMediaType(types)
  }
  return { type, charset, coding: coding === 'identity' ? undefined : coding }
}

const isFormCharset = (charset: string) => charset === 'utf-8' || charset === LATIN1

/** An empty JSON text is taken for an empty object, a common mistake of clients. */
function parse(bytes: Buffer, { type, charset }: Format): Body {
  if (type === 'application/json') {
    const text = textOf(bytes, charset)
    return { json: text === '' ? {} : parseJson(text, 'body') }
  }
  const isLatin1 = charset === LATIN1
  const pairs = pairsOf(isLatin1 ? bytes.toString('latin1') : textOf(bytes), {
    excess: 'PAYLOAD_TOO_LARGE',
    ...(isLatin1 && { decode: decodeLatin1 }),
  })
  return { form: Object.fromEntries(pairs) }
}

const decodeLatin1 = (text: string) =>
  text.replaceAll(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16)))
