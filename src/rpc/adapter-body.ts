import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Request } from 'express'
import { bodyRefusal } from '../http/body-refusal.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import { readBody } from '../http/read-body.ts'

/** Those that tRPC's adapter reads. */
const READABLE = ['application/json', 'multipart/form-data', 'application/octet-stream']

/**
 * Reads a body for tRPC's adapter, which takes what it finds at `req.body`. The adapter's own way does not hear
 * of a body that fails, and waits for ever. Where it streams its answer, the status has been sent before it asks
 * for the input.
 *
 * @throws {TRPCError} for a body that can't be taken
 */
export async function readBodyFirst(req: Request, maxBytes: number): Promise<void> {
  const isReadable = READABLE.includes(mediaTypeOf(req.headers) ?? '')
  try {
    req.body = isReadable ? replay(await readBody(req, { maxBytes })) : ''
  } catch (cause) {
    throw bodyRefusal(cause)
  }
}

/** A message whose body is all there. The adapter knows unparsed bytes only in this form. */
function replay(bytes: Buffer): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  message.push(bytes)
  message.push(null)
  return message
}
