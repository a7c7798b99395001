import { z } from 'zod'
import { fetchJson, type Fetch } from './fetch-json.ts'
import { IssuerError } from './issuer-error.ts'

const webUrl = z.string().refine(isWebUrl)
const Metadata = z.object({
  issuer: z.string(),
  jwks_uri: webUrl,
  authorization_endpoint: webUrl.optional().catch(undefined),
  token_endpoint: webUrl.optional().catch(undefined),
})

/**
 * What is known about an issuer. Only its keys matter for verification. Its sign-in addresses are for
 * descriptions.
 */
export interface IssuerMetadata {
  readonly issuer: string
  readonly jwksUri: string
  readonly authorizationEndpoint?: string | undefined
  readonly tokenEndpoint?: string | undefined
}

/** An issuer with Auth0's addresses, which need no discovery. @param issuer ends with a slash */
export function auth0Metadata(issuer: string): Required<IssuerMetadata> {
  return {
    issuer,
    jwksUri: `${issuer}.well-known/jwks.json`,
    authorizationEndpoint: `${issuer}authorize`,
    tokenEndpoint: `${issuer}oauth/token`,
  }
}

/**
 * Finds an issuer's keys by OpenID Connect Discovery 1.0 §4 or, where there is no such document, by
 * RFC 8414 §3.
 *
 * @throws {IssuerError} when the document can't be fetched, or names another issuer (§4.3, RFC 8414 §3.3)
 */
export async function discover(baseUrl: string, fetch: Fetch): Promise<IssuerMetadata> {
  const { url, document } = await fetchMetadata(baseUrl, fetch)
  const { data: metadata } = Metadata.safeParse(document)
  if (!metadata) throw new IssuerError('no_metadata', { url })
  if (withoutSlash(metadata.issuer) !== withoutSlash(baseUrl)) {
    const issuers = { expectedIssuer: baseUrl, actualIssuer: metadata.issuer }
    throw new IssuerError('other_issuer', { url, ...issuers })
  }
  if (isHttps(baseUrl) && !isHttps(metadata.jwks_uri)) throw new IssuerError('downgrade', { url })
  return {
    issuer: metadata.issuer,
    jwksUri: metadata.jwks_uri,
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
  }
}

async function fetchMetadata(baseUrl: string, fetch: Fetch) {
  const { origin, pathname } = new URL(baseUrl)
  const openId = `${withoutSlash(baseUrl)}/.well-known/openid-configuration`
  const oauth = `${origin}/.well-known/oauth-authorization-server${withoutSlash(pathname)}`
  try {
    return { url: openId, document: await fetchJson(openId, fetch) }
  } catch (error) {
    if (!isNotFound(error)) throw error
    const document = await fetchJson(oauth, fetch).catch((second: unknown) => {
      throw isNotFound(second) ? error : second
    })
    return { url: oauth, document }
  }
}

/** It must have no user name and password: it is published, and `fetch` would refuse it. */
function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && username === '' && password === ''
}

const isNotFound = (error: unknown) => error instanceof IssuerError && error.status === 404
const isHttps = (url: string) => new URL(url).protocol === 'https:'
const withoutSlash = (url: string) => url.replace(/\/$/, '')
