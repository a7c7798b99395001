import { isIP } from 'node:net'
import { ASYMMETRIC_ALGS, isLoopback } from '@trpc-hybrid/access-token/engine'

export const list = (text: string) => text.split(',').map((item) => item.trim())

/** A whole number from 0 to `max`. */
export const wholeNumber = (max: number) => (text: string) =>
  /^\d{1,9}$/.test(text) && Number(text) <= max ? Number(text) : undefined

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  return web && url.username === '' && url.password === '' ? url : undefined
}

/** Without the slash at its end, so that paths can be appended. */
export function parsePublicUrl(text: string): string | undefined {
  const url = parseUrl(text)
  if (!url || /[?#]/.test(text)) return undefined
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/**
 * One server, or several nodes of a cluster. A password may contain a comma: only a comma before a URL
 * separates.
 */
export function parseRedisUrls(text: string): [string, ...string[]] | undefined {
  const urls = text.split(/\s*,\s*(?=rediss?:)/).map(parseRedisUrl)
  if (!urls.every((url) => url !== undefined)) return undefined
  const [first, ...more] = urls
  if (first === undefined) return undefined
  const isCluster = new Set(urls.map(accessOf)).size === 1 && accessOf(first).endsWith(' 0')
  return more.length === 0 || isCluster ? [first, ...more] : undefined
}

/** What must be the same for all nodes of a cluster. */
function accessOf(text: string): string {
  const { protocol, username, password, pathname } = new URL(text)
  return [protocol, username, password, pathname.slice(1) || '0'].join(' ')
}

function parseRedisUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') return undefined
  const named = /^[^,]+$/.test(url.hostname) && /^(?:\/\d*)?$/.test(url.pathname)
  return named && isEncoded(url, text) ? text : undefined
}

/** Otherwise part of the password would be taken for the host, and end up in the log. */
function isEncoded({ username, password, search, hash }: URL, text: string): boolean {
  if (hash !== '' || search.includes('@') || text.split('@').length > 2) return false
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

export function parseHost(text: string): string | undefined {
  return /^[\w.:%-]+$/.test(text) && !/^[^:]+:\d+$/.test(text) ? text : undefined
}

export function parseDomain(text: string): string | undefined {
  const url = parseUrl(`https://${text}`)
  return url?.href === `https://${url?.host ?? ''}/` && !/[/?#]/.test(text) ? url.host : undefined
}

/** Consoles show the address of the discovery document: what it adds to the issuer is removed. */
export function parseIssuerUrl(text: string): string | undefined {
  const url = parseUrl(text)
  if (!url || /[?#]/.test(text)) return undefined
  const issuer = text
    .replace(/\/\.well-known\/(?:oauth-authorization-server|openid-configuration)(?=\/.)/, '') // RFC 8414 §3: before the path
    .replace(/\/\.well-known(?:\/[\w.-]*)?\/?$/, '')
  return url.protocol === 'https:' || isLoopback(url) ? issuer : undefined
}

export function parseWebAddress(text: string): string | undefined {
  return text.includes('#') ? undefined : parseUrl(text)?.href
}

/** A list without blank items. */
export function parseTexts(text: string): [string, ...string[]] | undefined {
  const [first = '', ...rest] = list(text)
  return [first, ...rest].includes('') ? undefined : [first, ...rest]
}

/** Scopes (RFC 6749 §3.3), separated by spaces or, as in all other lists here, by commas. */
export function parseScopes(text: string): string[] | undefined {
  const scopes = text.split(/[\s,]+/).filter((scope) => scope !== '')
  return scopes.every((scope) => /^[!#-[\]-~]+$/.test(scope)) ? scopes : undefined
}

export function parseAlgs(text: string): string[] | undefined {
  const algs = list(text)
  return algs.every((alg) => ASYMMETRIC_ALGS.includes(alg)) ? algs : undefined
}

/** `off`, or directives of RFC 6797 §6.1, each once, and `preload`, which lists of browsers ask for. */
export function parseHsts(text: string): string | undefined {
  if (text === 'off') return text
  const [maxAge = '', ...others] = text
    .split(';')
    .map((directive) => directive.trim().toLowerCase())
  const known = others.every((other) => ['includesubdomains', 'preload'].includes(other))
  const once = new Set(others).size === others.length
  return /^max-age=\d{1,10}$/.test(maxAge) && known && once ? text : undefined
}

/** `true` is not offered: with it, any client could say which address it comes from. */
export function parseTrustProxy(text: string): number | string | undefined {
  const hops = wholeNumber(100)(text)
  if (hops !== undefined) return hops
  return list(text).every(isProxyAddress) ? text : undefined
}

function isProxyAddress(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true
  const [address = '', prefix, ...rest] = item.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || wholeNumber(family === 4 ? 32 : 128)(prefix) !== undefined
}
