import type { RequestHandler } from 'express'
import { LRUCache } from 'lru-cache'
import type { IssuerMetadata } from '@trpc-hybrid/access-token/engine'
import type { About } from '../about.ts'
import { baseUrlOf } from '../http/base-url.ts'
import { sendWithEtag } from '../http/etag.ts'
import type { SecurityScheme } from 'trpc-hybrid'
import type { RestOperation } from 'trpc-hybrid/engine'

export const DESCRIPTION_PATH = '/api/openapi.json'

/** Requests choose their `Host`, so documents are kept for a few addresses only. */
const MAX_ADDRESSES = 10

export interface DescriptionOptions {
  readonly about: About
  /** The app's own, by the names that its guards give. */
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
  /** Where users sign in; `undefined` until discovery has found it. */
  readonly issuerMetadata: () => IssuerMetadata | undefined
  /** The API's identifiers at the issuer. The first one is asked for at sign-in. */
  readonly audiences: readonly [string, ...string[]]
  /** This server's address where it is configured. */
  readonly publicUrl: string | undefined
}

export interface Description {
  /** Answers with the document and an `ETag`, so that clients download it only once. */
  readonly serve: RequestHandler
  /**
   * Makes the document before anyone asks for it.
   *
   * @throws {RouterError} where a procedure can't be described
   */
  readonly make: () => Promise<void>
}

/**
 * The document for the address at which it is requested. It is made again when more is known about the issuer.
 * The code that makes it is loaded only then: loading it takes a quarter of the time of a start, which no
 * request should wait for.
 */
export function createDescription(
  operations: readonly RestOperation[],
  options: DescriptionOptions,
): Description {
  const { publicUrl, audiences } = options

  async function describe(issuer: IssuerMetadata | undefined) {
    const { describeServer } = await import('./describe-server.ts')
    return {
      document: describeServer(operations, {
        about: options.about,
        signIn: { issuer, audience: audiences[0] },
        securitySchemes: options.securitySchemes,
      }),
      bodies: new LRUCache<string, string>({ max: MAX_ADDRESSES }),
    }
  }

  let made: { issuer: IssuerMetadata | undefined; result: ReturnType<typeof describe> } | undefined
  const current = () => {
    const issuer = options.issuerMetadata()
    if (!made || made.issuer !== issuer) made = { issuer, result: describe(issuer) }
    return made.result
  }

  return {
    async serve(req, res) {
      const { document, bodies } = await current()
      const url = baseUrlOf(req, publicUrl) ?? '/'
      const body = bodies.get(url) ?? JSON.stringify({ ...document, servers: [{ url }] })
      bodies.set(url, body)
      sendWithEtag(res, { type: 'json', body })
    },
    async make() {
      await current()
    },
  }
}
