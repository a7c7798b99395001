/** What a server says about the API that it serves. */
export interface About {
  /** In keys of Redis and in traces: `messages-api`. */
  readonly name: string
  /** In the description, on the docs page, in the metadata and in the welcome message: `Messages API`. */
  readonly title: string
  readonly version: string
  /** A sentence or two for the description. */
  readonly summary: string | undefined
}
