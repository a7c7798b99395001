import { mediaTypeOf } from '../body/media-type.ts'
import { unsupportedMediaType } from '../errors/unreadable.ts'
import { isTextType } from '../procedures/meta.ts'
import type { ReadBody } from '../rest/body.ts'
import { readBytes } from './bytes.ts'
import { formFields } from './form-fields.ts'
import { MULTIPART, parseMultipart } from './multipart.ts'

/**
 * Reads a body of an operation that takes forms with files, or bytes.
 *
 * @param types all media types that it takes
 * @param readText what reads those of them that are texts
 */
export function createUploadReader(
  types: readonly string[],
  { maxBytes, readText }: { readonly maxBytes: number; readonly readText: ReadBody },
): ReadBody {
  return async (request) => {
    if (!request.hasBody) return undefined
    const type = mediaTypeOf(request)
    if (type === undefined || !types.includes(type)) throw unsupportedMediaType(types)
    if (isTextType(type)) return readText(request)
    const bytes = await readBytes(request, maxBytes)
    if (type !== MULTIPART) return { bytes, type }
    const form = await parseMultipart(bytes, request.header('content-type') ?? '')
    return { form: Object.fromEntries(formFields(form)) }
  }
}
