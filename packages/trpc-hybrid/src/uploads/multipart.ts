import { Buffer } from 'node:buffer'
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
  boundParts(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), `--${boundary}`)
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

function boundParts(body: Buffer, delimiter: string): void {
  const line = `\r\n${delimiter}`
  let parts = 0
  let at = body.indexOf(delimiter) + delimiter.length
  while (!body.subarray(at, at + 2).equals(CLOSE)) {
    if (++parts > MAX_PARTS) throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' })
    const headers = body.subarray(at, at + MAX_PART_HEADERS)
    if (headers.length === MAX_PART_HEADERS && !headers.includes('\r\n\r\n')) {
      throw noForm('the headers of a part are too long')
    }
    const next = body.indexOf(line, at)
    if (next === -1) return // the parser finds that its end is missing
    at = next + line.length
  }
}

const CLOSE = Buffer.from('--')
