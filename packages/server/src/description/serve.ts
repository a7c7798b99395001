import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { IssuerMetadata } from '@trpc-hybrid/access-token/engine'
import type { About } from '../about.ts'
import { baseUrlOf } from '../http/base-url.ts'
import { etagOf, sendWithEtag } from '../http/etag.ts'
import { inTurns } from './in-turns.ts'
import type { OpenApiDocument, SecurityScheme } from 'trpc-hybrid'
import type { RestOperation } from 'trpc-hybrid/engine'

export const DESCRIPTION_PATH = '/api/openapi.json'

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
 * The document for the address at which it is requested. What it says of sign-in is put in when more is known about
 * the issuer. The code that makes it is loaded only then: loading it takes a quarter of the time of a start, which
 * no request should wait for.
 */
export function createDescription(
  operations: readonly RestOperation[],
  options: DescriptionOptions,
): Description {
  const { about, securitySchemes, publicUrl, audiences } = options

  const knownOf = (issuer: IssuerMetadata | undefined) => ({
    signIn: { issuer, audience: audiences[0] },
    securitySchemes,
  })

  async function describe() {
    const { describeServer, withSignIn } = await import('./describe-server.ts')
    const known = knownOf(options.issuerMetadata())
    const document = await inTurns(describeServer(operations, { about, ...known }))
    return (issuer: IssuerMetadata | undefined) =>
      aroundUrl(withSignIn(document, operations, knownOf(issuer)))
  }

  let described: ReturnType<typeof describe> | undefined
  let written: { readonly issuer: IssuerMetadata | undefined; readonly text: Text } | undefined
  const current = async (): Promise<Text> => {
    described ??= describe()
    const write = await described
    const issuer = options.issuerMetadata()
    if (!written || written.issuer !== issuer) written = { issuer, text: write(issuer) }
    return written.text
  }

  return {
    async serve(req, res) {
      const { before, after, hash } = await current()
      const url = JSON.stringify(baseUrlOf(req, publicUrl) ?? '/')
      const body = Buffer.concat([before, Buffer.from(url), after])
      sendWithEtag(res, { type: 'json', body, etag: etagOf(hash + url) })
    },
    async make() {
      await current()
    },
  }
}

/** A document in JSON, before and behind the address of its server: it is long, and that alone differs. */
interface Text {
  readonly before: Buffer
  readonly after: Buffer
  readonly hash: string
}

function aroundUrl(document: OpenApiDocument): Text {
  const mark = JSON.stringify(randomUUID())
  const text = JSON.stringify({ ...document, servers: [{ url: JSON.parse(mark) as string }] })
  const [before = '', after = ''] = text.split(mark)
  return { before: Buffer.from(before), after: Buffer.from(after), hash: etagOf(before + after) }
}
