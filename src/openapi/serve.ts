import type { RequestHandler } from 'express'
import { LRUCache } from 'lru-cache'
import type { IssuerMetadata } from '../auth/issuer-metadata.ts'
import { baseUrlOf } from '../http/base-url.ts'
import { sendWithEtag } from '../http/etag.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { describeApi } from './description.ts'

export const DESCRIPTION_PATH = '/api/openapi.json'

/** A request names its host itself: what was made for it is kept for a few. */
const MAX_ADDRESSES = 10

export interface DescriptionOptions {
  /** Where one signs in; `undefined` while discovery has not found it yet. */
  readonly issuerMetadata: () => IssuerMetadata | undefined
  /** The API's identifiers at the issuer, of which the first is asked for at sign-in. */
  readonly audiences: readonly [string, ...string[]]
  /** This server's address where it is configured. */
  readonly publicUrl: string | undefined
}

/**
 * Serves the document with an `ETag`, so that it is fetched once, and made for the address that it is
 * asked for at. It is made at start, and again when more is known of the issuer.
 *
 * @throws {RouterError} where a procedure can't be described
 */
export function createDescriptionHandler(
  operations: readonly RestOperation[],
  options: DescriptionOptions,
): RequestHandler {
  const { publicUrl, audiences } = options
  const describe = (issuer: IssuerMetadata | undefined) => ({
    issuer,
    document: describeApi(operations, { issuer, audience: audiences[0] }),
    bodies: new LRUCache<string, string>({ max: MAX_ADDRESSES }),
  })
  let made = describe(options.issuerMetadata())
  return (req, res) => {
    const issuer = options.issuerMetadata()
    if (made.issuer !== issuer) made = describe(issuer)
    const url = baseUrlOf(req, publicUrl) ?? '/'
    const { document, bodies } = made
    const body = bodies.get(url) ?? JSON.stringify({ ...document, servers: [{ url }] })
    bodies.set(url, body)
    sendWithEtag(res, { type: 'json', body })
  }
}
