/** What a feature can refuse, in its own terms; `public-error.ts` says what each becomes over HTTP. */
export type FeatureErrorCode = 'invalid' | 'forbidden' | 'not_found' | 'conflict'

/**
 * A refusal whose message is written for the client. Of any other error the client sees only the text of
 * its status, so that no internal text leaks.
 *
 * @example throw new FeatureError('not_found', 'There is no such report')
 */
export class FeatureError extends Error {
  readonly code: FeatureErrorCode

  constructor(code: FeatureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FeatureError'
    this.code = code
  }
}
