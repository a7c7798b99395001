/** Why the body of a request can't be read to its end. */
export type BodyFault =
  /** More has come than is taken: 413. */
  | 'too_large'
  /** The rest did not come in time, or its sender has said that no more will come: 408. */
  | 'timed_out'
  /** What came is no HTTP, or can't be decompressed: 400. */
  | 'broken'
  /** The connection has ended, so there is nobody to answer. */
  | 'gone'

/** What reading a body fails with. */
export class BodyError extends Error {
  readonly code: BodyFault

  constructor(code: BodyFault, options?: ErrorOptions) {
    super(`the body of the request can't be read: ${code}`, options)
    this.name = 'BodyError'
    this.code = code
  }
}
