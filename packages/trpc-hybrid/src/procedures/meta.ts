import type { z } from 'zod'

/** What a procedure may declare about itself: the meta of trpc-openapi, and the status of a success. */
export interface HybridMeta {
  /** Its REST route. Without it a procedure is served over RPC alone. */
  readonly openapi?: RestMeta
  /** Whether it is a tool of the Model Context Protocol too (`trpc-hybrid/mcp`), and what clients are told of it. */
  readonly mcp?: boolean | ToolMeta
}

/** What clients are told of a tool, where that differs from what the procedure says already. */
export interface ToolMeta {
  /** The procedure's path with `_` in place of its dots unless it is said. */
  readonly name?: string
  /** For people: the summary of its `openapi` meta unless it is said. */
  readonly title?: string
  /** For models: that of its `openapi` meta, or the title, unless it is said. */
  readonly description?: string
  /** Over those that are read off the procedure. No client may trust them. */
  readonly annotations?: ToolAnnotations
}

export interface ToolAnnotations {
  /** It changes nothing: true of a query. */
  readonly readOnlyHint?: boolean
  /** It may delete or overwrite something: true of DELETE. */
  readonly destructiveHint?: boolean
  /** Called again with the same input, it changes nothing more: true of PUT. */
  readonly idempotentHint?: boolean
  /** It deals with more than this API. */
  readonly openWorldHint?: boolean
}

export interface RestMeta {
  readonly method: RestMethod
  /** In OpenAPI's form: `/reports/{id}`. */
  readonly path: `/${string}`
  /** `false` leaves the procedure out. */
  readonly enabled?: boolean
  /** What a generated client calls it: the procedure's path in camel case unless it is said. */
  readonly operationId?: string
  readonly summary?: string
  /** Markdown. */
  readonly description?: string
  readonly tags?: readonly string[]
  /** With a day, each answer over REST says it in its headers, refusals too. */
  readonly deprecated?: boolean | Deprecation
  /** Whether credentials are needed. Read from the chain: it may say the same, or more with `trustProtect`. */
  readonly protect?: boolean
  /**
   * The media types of its body: `application/json` unless it is said. `multipart/form-data` has fields and files
   * (`z.file()`). Any that is not in this list is bytes: they are the input (`z.file()`, or `z.instanceof()` of `Blob`,
   * `Uint8Array` or `ReadableStream`), or its only field that is not in the path.
   */
  readonly contentTypes?: readonly (BodyType | (string & {}))[]
  /** The most bytes of its body: `limits.bodyBytes` unless it is said. All of them are held in memory. */
  readonly maxBytes?: number
  /** Headers that are read in front of it, described and no more: `requireHeaders` checks them and types them too. */
  readonly requestHeaders?: z.core.$ZodType
  /** Headers of its answer, as an object of strings. */
  readonly responseHeaders?: z.core.$ZodType
  /** Of the answer over REST: 200, or 204 where the output is `z.void()`. */
  readonly successStatus?: SuccessStatus
  readonly successDescription?: string
  /**
   * Other statuses that a success may have, and what each says: `{ 201: 'The report was made' }`. The body is the
   * same. Whatever serves the procedures lets them choose, such as `ctx.setStatus` of `@trpc-hybrid/server`.
   */
  readonly successStatuses?: Readonly<Partial<Record<SuccessStatus, string>>>
  /** Errors of its own: statuses, or a message for each. */
  readonly errorResponses?: readonly number[] | Readonly<Record<number, string>>
}

/** From when on an operation should not be used. Days are RFC 3339: `2026-12-31`, or `2026-12-31T22:00:00Z`. */
export interface Deprecation {
  /** The header `Deprecation` (RFC 9745). It may lie ahead. */
  readonly since: string
  /** When it will no longer be there: the header `Sunset` (RFC 8594). */
  readonly sunset?: string
  /** Where a person reads what to do: a `Link` with the relation `deprecation`. */
  readonly link?: string
}

export type RestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type SuccessStatus = 200 | 201 | 202 | 204

const TEXT_TYPES = ['application/json', 'application/x-www-form-urlencoded'] as const
/** The media types of bodies that have fields. */
export const BODY_TYPES = [...TEXT_TYPES, 'multipart/form-data'] as const
export type BodyType = (typeof BODY_TYPES)[number]

export const isTextType = (type: string) => TEXT_TYPES.some((one) => one === type)
/** Whether a body of this media type is taken as bytes. */
export const isByteType = (type: string) => !BODY_TYPES.some((one) => one === type)
