import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { IssuerMetadata } from '@trpc-hybrid/access-token/engine'
import type { About } from '../about.ts'
import { baseUrlOf } from '../http/base-url.ts'
import { etagOf, sendWithEtag } from '../http/etag.ts'
import { inTurns } from './in-turns.ts'
import type { OpenApiDocument, SecurityScheme } from 'trpc-hybrid'
import { doubtfulOperations, type RestOperation } from 'trpc-hybrid/engine'

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
  /** @throws {RouterError} where a procedure can't be described */
  readonly check: () => Promise<void>
}

/**
 * The document for the address at which it is requested. What it says of sign-in is put in when more is known about
 * the issuer. It is made when it is first asked for: most processes of a service never are, and of many procedures it
 * takes more time and memory than all else of a start.
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

  async function describe(some: readonly RestOperation[]) {
    const { describeServer } = await import('./describe-server.ts')
    const known = knownOf(options.issuerMetadata())
    return inTurns(describeServer(some, { about, ...known }))
  }

  async function describeAll() {
    const document = await describe(operations)
    const { withSignIn } = await import('./describe-server.ts')
    return (issuer: IssuerMetadata | undefined) =>
      aroundUrl(withSignIn(document, operations, knownOf(issuer)))
  }

  let described: ReturnType<typeof describeAll> | undefined
  let written: { readonly issuer: IssuerMetadata | undefined; readonly text: Text } | undefined
  const current = async (): Promise<Text> => {
    described ??= describeAll()
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
    async check() {
      const schemes = ['bearer', ...Object.keys(securitySchemes)]
      const doubtful = doubtfulOperations(operations, { schemes })
      if (doubtful.length > 0) await describe(doubtful)
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
