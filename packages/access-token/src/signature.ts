import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import {
  JWKSMultipleMatchingKeys,
  JWSSignatureVerificationFailed,
  type JOSEError,
} from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'

/** Checking a signature is costly, and the sender of a token decides how many keys fit it. */
const MAX_TRIES = 4

/**
 * jose's `jwtVerify`, but where several keys fit a token (one id listed twice, or a token without an id) it
 * tries each of them, up to the first four.
 *
 * @returns the claims
 * @throws {JOSEError} as `jwtVerify` does
 */
export async function verifyClaims(
  token: string,
  getKey: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, getKey, options)).payload
  } catch (error) {
    if (!(error instanceof JWKSMultipleMatchingKeys)) throw error
    return verifyWithEach(token, error, options)
  }
}

async function verifyWithEach(
  token: string,
  candidates: JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let failure: JOSEError = candidates
  let tries = 0
  for await (const key of candidates) {
    try {
      return (await jwtVerify(token, key, options)).payload
    } catch (error) {
      if (!isWrongSignature(error)) throw error
      failure = error
    }
    if (++tries === MAX_TRIES) break
  }
  throw failure
}

export function isWrongSignature(error: unknown): error is JWSSignatureVerificationFailed {
  return error instanceof JWSSignatureVerificationFailed
}
