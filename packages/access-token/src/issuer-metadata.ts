import { fetchJson, type Fetch } from './fetch-json.ts'
import { IssuerError } from './issuer-error.ts'
import { fieldsOf } from './json-object.ts'

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
  const metadata = readMetadata(document)
  if (!metadata) throw new IssuerError('no_metadata', { url })
  if (withoutSlash(metadata.issuer) !== withoutSlash(baseUrl)) {
    const issuers = { expectedIssuer: baseUrl, actualIssuer: metadata.issuer }
    throw new IssuerError('other_issuer', { url, ...issuers })
  }
  if (isHttps(baseUrl) && !isHttps(metadata.jwksUri)) throw new IssuerError('downgrade', { url })
  return metadata
}

function readMetadata(document: unknown): IssuerMetadata | undefined {
  const fields = fieldsOf(document)
  const { issuer, jwks_uri: jwksUri } = fields
  if (typeof issuer !== 'string' || !isWebUrl(jwksUri)) return undefined
  const { authorization_endpoint: authorization, token_endpoint: token } = fields
  return {
    issuer,
    jwksUri,
    authorizationEndpoint: isWebUrl(authorization) ? authorization : undefined,
    tokenEndpoint: isWebUrl(token) ? token : undefined,
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
function isWebUrl(text: unknown): text is string {
  if (typeof text !== 'string' || !URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && username === '' && password === ''
}

const isNotFound = (error: unknown) => error instanceof IssuerError && error.status === 404
const isHttps = (url: string) => new URL(url).protocol === 'https:'
const withoutSlash = (url: string) => url.replace(/\/$/, '')
