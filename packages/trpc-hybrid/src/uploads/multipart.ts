import { TRPCError } from '@trpc/server'
import { unreadable } from '../errors/unreadable.ts'

export const MULTIPART = 'multipart/form-data'

/** Parts of a form. Each costs some 50 µs, however small it is. */
const MAX_PARTS = 500
/** Bytes of the headers of a part: its name, the name of its file, its media type. */
const MAX_PART_HEADERS = 8 * 1024

/** RFC 2046 §5.1.1: from 1 to 70 characters. */
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([\w'()+,./:=? -]{1,70})"|([\w'+.-]{1,70})(?=\s*(?:;|$)))/i

/**
 * A form with files, read by the platform's own parser, which takes linear time. How many parts there are is
 * seen before.
 *
 * @param contentType with the boundary
 * @throws {TRPCError} `BAD_REQUEST` for what is no form, `PAYLOAD_TOO_LARGE` for too many parts
 */
export async function parseMultipart(bytes: Uint8Array, contentType: string): Promise<FormData> {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) throw noForm('its content type names no boundary')
  boundParts(bytes, `--${boundary}`)
  const headers = { 'content-type': `${MULTIPART}; boundary="${boundary}"` }
  const response = new Response(bytes as Uint8Array<ArrayBuffer>, { headers })
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- because it has no limits, which are ours
    return await response.formData()
  } catch {
    throw noForm('its parts are broken')
  }
}

const noForm = (why: string) =>
  unreadable('BAD_REQUEST', `Bad Request: the body is no ${MULTIPART}, ${why}`)

function boundParts(body: Uint8Array, delimiter: string): void {
  const line = bytesOf(`\r\n${delimiter}`)
  let parts = 0
  let next = isAt(body, bytesOf(delimiter), 0) ? -2 : indexOf(body, line) // the first may have no line break
  while (next !== -1) {
    const at = next + line.length
    if (isAt(body, CLOSE, at)) return
    if (++parts > MAX_PARTS) throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' })
    const headers = body.subarray(at, at + MAX_PART_HEADERS)
    if (headers.length === MAX_PART_HEADERS && indexOf(headers, END_OF_HEADERS) === -1) {
      throw noForm('the headers of a part are too long')
    }
    next = indexOf(body, line, at) // where its end is missing, the parser finds that
  }
}

const encoder = new TextEncoder()
const bytesOf = (text: string) => encoder.encode(text)

const CLOSE = bytesOf('--')
const END_OF_HEADERS = bytesOf('\r\n\r\n')

/**
 * As that of Node.js' `Buffer`, which is not everywhere. In linear time: what is looked for is short, or begins with
 * a line break and has no other.
 */
function indexOf(body: Uint8Array, wanted: Uint8Array, from = 0): number {
  for (let at = from; at <= body.length - wanted.length; at++) {
    if (isAt(body, wanted, at)) return at
  }
  return -1
}

function isAt(body: Uint8Array, wanted: Uint8Array, at: number): boolean {
  for (let offset = 0; offset < wanted.length; offset++) {
    if (body[at + offset] !== wanted[offset]) return false
  }
  return true
}
