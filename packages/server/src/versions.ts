import { FeatureError } from 'trpc-hybrid/engine'
import type { ApiContext } from './context.ts'
import { entityTagOf, namesTag } from './http/entity-tags.ts'

/**
 * Says which version of a resource an answer over REST is (`ETag`). A GET whose `If-None-Match` names it is answered
 * 304, without the body. A browser may keep the answer for itself then, and asks each time whether it is still
 * current; a `Cache-Control` that is set afterwards stands in place of that.
 *
 * @param version such as a number that grows with each change; quoted here, so write none
 * @throws {TypeError} for what can't stand in a header
 */
export function setVersion({ setHeader }: ApiContext, version: string | number): void {
  setHeader('etag', entityTagOf(version))
  setHeader('cache-control', 'private, no-cache')
  setHeader('vary', 'Authorization') // what one user was told is not for the next one at the same browser
}

/**
 * Refuses a change that was made against another version, over REST and RPC: `If-Match` has to name the current one,
 * and `If-None-Match` must not, as in `If-None-Match: *` of what is to be made (RFC 9110 §13.1). All calls of a batch
 * have the same headers. Call it before anything is changed, and change no more than this version.
 *
 * @param version of the resource as it is; `undefined` where there is none
 * @param options `required`: whether a request without both headers is refused too
 * @throws {FeatureError} `precondition_failed` 412; `precondition_required` 428
 * @throws {TypeError} for a version that can't stand in a header
 */
export function requireVersion(
  { header }: ApiContext,
  version: string | number | undefined,
  { required = false }: { readonly required?: boolean } = {},
): void {
  const current = version === undefined ? undefined : entityTagOf(version)
  const match = header('if-match')
  const noneMatch = header('if-none-match')
  if (match === undefined && noneMatch === undefined && required) {
    throw new FeatureError('precondition_required', 'Precondition Required: send If-Match')
  }
  const fails = match !== undefined && !namesTag(match, current, 'strong')
  if (fails || (noneMatch !== undefined && namesTag(noneMatch, current, 'weak'))) {
    throw new FeatureError('precondition_failed', 'Precondition Failed')
  }
}
