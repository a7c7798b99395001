import type { z } from 'zod'

/** What a procedure may declare about itself: the meta of trpc-openapi, and the status of a success. */
export interface HybridMeta {
  /** Its REST route. Without it a procedure is served over RPC alone. */
  readonly openapi?: RestMeta
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
  readonly deprecated?: boolean
  /** Whether credentials are needed. Read from the chain: it may say the same, or more with `trustProtect`. */
  readonly protect?: boolean
  /** The media types of its body: `application/json` unless it is said. */
  readonly contentTypes?: readonly (BodyType | (string & {}))[]
  /** Headers that it reads, as an object of strings. */
  readonly requestHeaders?: z.core.$ZodType
  /** Headers of its answer, as an object of strings. */
  readonly responseHeaders?: z.core.$ZodType
  /** Of the answer over REST: 200, or 204 where the output is `z.void()`. */
  readonly successStatus?: SuccessStatus
  readonly successDescription?: string
  /** Errors of its own: statuses, or a message for each. */
  readonly errorResponses?: readonly number[] | Readonly<Record<number, string>>
}

export type RestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type SuccessStatus = 200 | 201 | 202 | 204

/** The media types that an operation can take as a body. */
export const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded'] as const
export type BodyType = (typeof BODY_TYPES)[number]
