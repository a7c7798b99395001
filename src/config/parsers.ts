import { isIP } from 'node:net'

export const ASYMMETRIC_ALGS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

const list = (text: string) => text.split(',').map((item) => item.trim())

/** A whole number from 0 to `max`. */
export const wholeNumber = (max: number) => (text: string) =>
  /^\d{1,9}$/.test(text) && Number(text) <= max ? Number(text) : undefined

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  return web && url.username === '' && url.password === '' ? url : undefined
}

export function parseOrigin(text: string): string | undefined {
  const url = parseUrl(text)
  return url && url.href === `${url.origin}/` ? url.origin : undefined
}

export function parseOrigins(text: string): string[] | undefined {
  const origins = list(text).map(parseOrigin)
  return origins.every((origin) => origin !== undefined) ? origins : undefined
}

export function parseRedisUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') return undefined
  const named = url.hostname !== '' && /^(?:\/\d*)?$/.test(url.pathname)
  return named && isEncoded(url, text) ? text : undefined
}

/** Else a piece of the password would be taken for the host, and end in the log. */
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

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

export function parseIssuerUrl(text: string): string | undefined {
  const url = parseUrl(text)
  if (!url || /[?#]/.test(text)) return undefined
  return url.protocol === 'https:' || LOOPBACK.has(url.hostname) ? text : undefined
}

export function parseAlgs(text: string): string[] | undefined {
  const algs = list(text)
  return algs.every((alg) => ASYMMETRIC_ALGS.includes(alg)) ? algs : undefined
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
