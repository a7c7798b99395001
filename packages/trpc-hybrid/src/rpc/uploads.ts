import type { AnyProcedure, AnyRouter } from '@trpc/server'
import { Unfit } from '../errors/router-error.ts'
import type { ByteType } from '../procedures/byte-schemas.ts'
import { holdsFile } from '../procedures/file-inputs.ts'
import { inputObjectOf, inputsOf, isPreprocess, isSchema } from '../procedures/inputs.ts'
import type { HybridMeta } from '../procedures/meta.ts'
import type { HybridRequest } from '../request.ts'
import { createEntryReader } from '../rest/input.ts'
import { asInstance, readBytes } from '../uploads/bytes.ts'
import { formFields } from '../uploads/form-fields.ts'
import { MULTIPART, parseMultipart } from '../uploads/multipart.ts'

const BYTES = 'application/octet-stream'
/** What tRPC takes besides JSON. */
export const UPLOAD_TYPES: readonly string[] = [MULTIPART, BYTES]

/** Reads the input of a call that is sent as one of the `UPLOAD_TYPES`. */
export type ReadUpload = (
  request: HybridRequest,
  sent: { readonly type: string; readonly maxBytes: number },
) => Promise<unknown>

/**
 * How each procedure is given a form or bytes: as tRPC does it, a `FormData` and a stream, unless its input says
 * that it wants an object with a file, or bytes of another class.
 *
 * A form becomes an object only where that is asked for by a file in the input or by `contentTypes`: a page of
 * another site can send a form without asking first, and must not reach procedures that count on JSON.
 *
 * @returns reads the input of the procedure at a path
 */
export function createUploads(router: AnyRouter): (path: string) => ReadUpload {
  const procedures = Object.entries(router._def.procedures as Record<string, AnyProcedure>)
  const own = new Map<string, ReadUpload>()
  for (const [path, procedure] of procedures) {
    const shape = shapeOf(procedure)
    if (shape) own.set(path, (request, sent) => read(request, { ...sent, ...shape }))
  }
  return (path) => own.get(path) ?? read
}

interface Shape {
  readonly toObject?: (form: FormData) => object
  readonly byteType?: ByteType
}

async function read(
  request: HybridRequest,
  sent: Parameters<ReadUpload>[1] & Shape,
): Promise<unknown> {
  const { type, maxBytes, toObject, byteType = 'ReadableStream' } = sent
  const bytes = await readBytes(request, maxBytes)
  if (type !== MULTIPART) return asInstance(bytes, { byteType, type })
  const form = await parseMultipart(bytes, request.header('content-type') ?? '')
  return toObject ? toObject(form) : form
}

function shapeOf(procedure: AnyProcedure): Shape | undefined {
  const schemas = inputsOf(procedure)
  const { openapi } = (procedure._def.meta ?? {}) as HybridMeta
  if (!schemas.every(isSchema) || schemas.some(isPreprocess)) return undefined
  try {
    if (!schemas.some(holdsFile) && !openapi?.contentTypes?.includes(MULTIPART)) return undefined
    const input = inputObjectOf(schemas)
    if (!input) return undefined
    if (input.bytes) return { byteType: input.bytes }
    const readEntries = createEntryReader(input)
    return { toObject: (form) => Object.fromEntries(readEntries(formFields(form))) }
  } catch (error) {
    if (error instanceof Unfit) return undefined // it can't be read from texts, or not at all
    throw error
  }
}
