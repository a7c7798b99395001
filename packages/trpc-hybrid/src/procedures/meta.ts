import type { OpenApiMeta } from 'trpc-openapi'

/** What a procedure may declare about itself: trpc-openapi's meta, and the status of a success. */
export type ApiMeta = OpenApiMeta<{
  openapi?: {
    /** Of the answer over REST: 200, or 204 where the output is `z.void()`. */
    successStatus?: SuccessStatus
  }
}>

export type SuccessStatus = 200 | 201 | 202 | 204
export type RestMeta = NonNullable<ApiMeta['openapi']>
