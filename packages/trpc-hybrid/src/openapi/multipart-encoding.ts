import type { Json } from './json-schema.ts'

/** The `encoding` of a form with files (OpenAPI 3.1, Encoding Object): the media types that a file may have. */
export function multipartEncoding(schema: {
  readonly properties?: Readonly<Record<string, Json>>
}): { encoding?: object } {
  const limited = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const types = mediaTypesOf(field)
    return types.length > 0 ? [[name, { contentType: types.join(', ') }] as const] : []
  })
  return limited.length > 0 ? { encoding: Object.fromEntries(limited) } : {}
}

interface Keywords {
  readonly contentMediaType?: string
  readonly anyOf?: readonly Keywords[]
  readonly items?: Keywords
}

function mediaTypesOf({ contentMediaType, anyOf = [], items }: Keywords): readonly string[] {
  if (contentMediaType !== undefined) return contentMediaType === BYTES ? [] : [contentMediaType]
  return [...anyOf, ...(items ? [items] : [])].flatMap(mediaTypesOf)
}

/** What bytes are of which no more is known (RFC 2046 §4.5.1). */
export const BYTES = 'application/octet-stream'

/**
 * Bytes as they are, not encoded into a text. OpenAPI 3.1 says so by the media type; generators and pages look
 * for the format, which it leaves to them.
 */
export const binary = (contentMediaType: string) =>
  ({ type: 'string', format: 'binary', contentMediaType }) as const
