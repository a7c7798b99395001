import { z } from 'zod'

/** What a file is made of. Texts are sent as UTF-8. Node.js' streams are async iterables too. */
export type FileBody =
  | string
  | Uint8Array
  | Blob
  | ReadableStream<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>

/** A `File` has a name of its own. Without a name a browser shows the file, with one it saves it. */
export type FileOutput = FileBody | { readonly fileName: string; readonly body: FileBody }

/**
 * The output of a procedure whose answer is a file. RPC can't carry one: there its caller is told the REST route.
 *
 * What goes wrong before the first piece is an error as any other. After it, the connection is broken, so that no
 * part of a file looks like all of it.
 *
 * @param mediaType such as `text/csv`. `charset=utf-8` is added to texts unless it says another
 * @throws {TypeError} for what is no media type
 * @example .output(fileOutput('text/csv')).query(() => ({ fileName: 'rows.csv', body: rows() }))
 */
export function fileOutput(mediaType: string): z.ZodType<FileOutput, FileOutput> {
  if (!MEDIA_TYPE.test(mediaType)) {
    throw new TypeError(`${JSON.stringify(mediaType)} is no media type, such as text/csv`)
  }
  const schema = z.custom<FileOutput>(isFileOutput, 'no file: return a text, bytes or a stream')
  Object.assign(schema._zod.def, { [MARK]: mediaType }) // zod copies the definition where it copies a schema
  return schema
}

const MARK = 'fileMediaType'

const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:; ?${TOKEN}=(?:${TOKEN}|"[\\w ./:=-]*"))*$`)

/** @returns `undefined` for a schema that is none of `fileOutput` */
export const fileTypeOf = ({ _zod: zod }: z.core.$ZodType): string | undefined =>
  (zod.def as { readonly [MARK]?: string })[MARK]

export const isNamed = (output: FileOutput): output is Extract<FileOutput, { fileName: string }> =>
  typeof output === 'object' && 'fileName' in output && !(output instanceof Blob)

export const isWebStream = (body: FileBody): body is ReadableStream<string | Uint8Array> =>
  typeof body === 'object' && 'getReader' in body

function isFileOutput(value: unknown): boolean {
  if (isBody(value)) return true
  if (typeof value !== 'object' || value === null || !('fileName' in value)) return false
  return typeof value.fileName === 'string' && 'body' in value && isBody(value.body)
}

const isBody = (value: unknown): value is FileBody =>
  typeof value === 'string' ||
  value instanceof Uint8Array ||
  value instanceof Blob ||
  (typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || 'getReader' in value))
