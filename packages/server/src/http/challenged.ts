import { validateHeaderValue } from 'node:http'
import { REFUSAL, type BrandedError, type Refusal } from 'trpc-hybrid/engine'
import { judge } from './judge.ts'

/** A scheme, with or without what it says besides (RFC 9110 §11.3). */
const CHALLENGE = /^[\w!#$%&'*+.^`|~-]+(?: [^ ].*)?$/

/**
 * Makes refusals that tell clients by which scheme to come back.
 *
 * @param challenge the value of `WWW-Authenticate`
 * @returns of an error, the same refusal with that header
 * @throws {TypeError} for what is no challenge
 */
export function challengedBy(challenge: string): (error: unknown) => BrandedError {
  validateHeaderValue('www-authenticate', challenge)
  if (!CHALLENGE.test(challenge)) {
    throw new TypeError(
      `${challenge} is no challenge: write a scheme first, such as ApiKey realm="shop"`,
    )
  }
  return (cause) => {
    const { status, message, headers } = judge(cause)
    return new Challenged(cause, {
      status,
      message,
      headers: { ...headers, 'www-authenticate': challenge },
    })
  }
}

class Challenged extends Error implements BrandedError {
  override readonly name = 'Challenged'
  readonly [REFUSAL]: Refusal

  constructor(cause: unknown, refusal: Refusal) {
    super(refusal.message, { cause })
    this[REFUSAL] = refusal
  }
}
