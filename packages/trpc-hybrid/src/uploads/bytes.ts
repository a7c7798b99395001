import { TRPCError } from '@trpc/server'
import { BodyError } from '../body/body-error.ts'
import { bodyRefusal } from '../body/body-refusal.ts'
import type { ByteType } from '../procedures/byte-schemas.ts'
import type { HybridRequest } from '../request.ts'

/**
 * A body as it was sent. It is counted as it arrives.
 *
 * @throws {TRPCError} `PAYLOAD_TOO_LARGE`, `TIMEOUT`, `BAD_REQUEST`; `INTERNAL_SERVER_ERROR` where a parser in
 *   front of the API has taken it
 */
export async function readBytes(request: HybridRequest, maxBytes: number): Promise<Uint8Array> {
  const { parsedBody } = request
  if (parsedBody instanceof Uint8Array) return parsedBody
  if (isFilled(parsedBody)) throw takenBefore()
  try {
    return await request.readBody(maxBytes)
  } catch (cause) {
    if (cause instanceof BodyError || cause instanceof TRPCError) throw bodyRefusal(cause)
    throw takenBefore(cause)
  }
}

/** Some parsers leave an empty object where the body is none of theirs. */
const isFilled = (body: unknown) =>
  body !== undefined && !(typeof body === 'object' && Object.keys(body ?? {}).length === 0)

const takenBefore = (cause?: unknown) =>
  new TRPCError({
    code: 'INTERNAL_SERVER_ERROR',
    message: 'A parser in front of the API has taken the body: let it leave files alone',
    cause,
  })

/** Bytes as an instance of a class. @param type their media type, of which a `File` and a `Blob` know */
export function asInstance(
  bytes: Uint8Array,
  { byteType, type }: { readonly byteType: ByteType; readonly type: string },
): File | Blob | Uint8Array | ReadableStream {
  const parts = [bytes as Uint8Array<ArrayBuffer>]
  switch (byteType) {
    case 'File':
      return new File(parts, '', { type })
    case 'Blob':
      return new Blob(parts, { type })
    case 'Uint8Array':
      return bytes
    case 'ReadableStream':
      return new Blob(parts).stream()
  }
}
