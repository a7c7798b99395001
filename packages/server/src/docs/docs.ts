import express, { type RequestHandler, type Router } from 'express'
import type { IssuerMetadata } from '@trpc-hybrid/access-token/engine'
import type { About } from '../about.ts'
import { basePathOf } from '../http/base-url.ts'
import { etagOf, sendWithEtag, type Content } from '../http/etag.ts'
import { DESCRIPTION_PATH } from '../description/serve.ts'
import { readAssets, readSwaggerUi } from './files.ts'
import { renderPage, renderRedirectPage } from './pages.ts'

export const DOCS_PATH = '/docs'

const YEAR_SECONDS = 31_536_000

export interface DocsOptions {
  readonly about: About
  /** Where users sign in; `undefined` until discovery has found it. */
  readonly issuerMetadata: () => IssuerMetadata | undefined
  /** The client to sign in as; `undefined`: a token can only be pasted. */
  readonly docsClientId: string | undefined
  /** What to ask for at sign-in. */
  readonly docsScopes: readonly string[]
  /** Names of people by the `sub` of their tokens, where these don't hold them. */
  readonly docsPeople: Readonly<Record<string, string>> | undefined
  /** This server's address where it is configured. */
  readonly publicUrl: string | undefined
}

/**
 * The API reference at `/docs`: Swagger UI from the installed package, without any other host. A visitor
 * signs in at the issuer, in a window that returns to `/docs/oauth2-redirect.html`, or pastes a token. Each
 * file has its own route, so that no path leads anywhere else. The files take 5 MiB, so they are read when
 * somebody first asks for one.
 */
export function createDocs(options: DocsOptions): RequestHandler {
  let docs: Router | undefined
  return (req, res, next) => {
    docs ??= readDocs(options)
    docs(req, res, next)
  }
}

function readDocs(options: DocsOptions): Router {
  const { version, files } = readSwaggerUi()
  const swaggerUi = `/swagger-ui-${version}` // so that what a browser keeps is never stale
  const basePath = basePathOf(options.publicUrl)
  const assets = `${basePath}${DOCS_PATH}`
  const page = renderPage({
    title: options.about.title,
    assets,
    swaggerUi: `${assets}${swaggerUi}`,
    description: `${basePath}${DESCRIPTION_PATH}`,
  })
  const redirectPage = renderRedirectPage(`${assets}${swaggerUi}`)
  const docs = express.Router({ caseSensitive: true })

  docs.get('/', (_req, res) => {
    res.setHeader('content-security-policy', pagePolicy(options.issuerMetadata()))
    res.setHeader('cross-origin-opener-policy', 'same-origin-allow-popups')
    sendWithEtag(res, { type: 'html', body: page })
  })
  docs.get('/oauth2-redirect.html', (_req, res) => {
    res.setHeader('content-security-policy', REDIRECT_POLICY)
    // The window comes back from the issuer: any other policy would cut it from the page that opened it.
    res.setHeader('cross-origin-opener-policy', 'unsafe-none')
    sendWithEtag(res, { type: 'html', body: redirectPage })
  })
  docs.get('/settings.json', (_req, res) => {
    const { docsClientId: clientId, docsScopes: scopes, docsPeople: people } = options
    res.json({ clientId, scopes, people })
  })
  for (const [name, content] of readAssets()) {
    docs.get(`/${name}`, (_req, res) => {
      sendWithEtag(res, content)
    })
  }
  for (const [name, file] of files) docs.get(`${swaggerUi}/${name}`, keepForEver(file))
  return docs
}

/** Redirects whoever opens the server's own address to the docs page. */
export function createDocsRedirect({ publicUrl }: DocsOptions): RequestHandler {
  const docs = `${basePathOf(publicUrl)}${DOCS_PATH}`
  return (_req, res) => {
    res.status(302).location(docs).end()
  }
}

const NOTHING_ELSE = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]

const REDIRECT_POLICY = ["default-src 'none'", "script-src 'self'", ...NOTHING_ELSE].join('; ')

/** The page talks to this server and, to exchange a code for a token, to one address of the issuer. */
function pagePolicy(issuer: IssuerMetadata | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:", // Swagger UI's style sheet has its icons as data URLs
    `connect-src ${["'self'", ...sourcesOf(issuer?.tokenEndpoint)].join(' ')}`,
    ...NOTHING_ELSE,
  ].join('; ')
}

/** An address as a policy can contain it: spaces, `;` and `,` are separators there (CSP Level 3 §2.3.1). */
function sourcesOf(url: string | undefined): string[] {
  if (url === undefined) return []
  return [new URL(url).href.replaceAll(';', '%3B').replaceAll(',', '%2C')]
}

function keepForEver({ type, body }: Content): RequestHandler {
  const etag = etagOf(body)
  return (_req, res) => {
    res.setHeader('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`)
    res.setHeader('etag', etag)
    res.type(type).send(body)
  }
}
