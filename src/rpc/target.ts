import { TRPCError } from '@trpc/server'
import {
  urlPathToProcedurePath,
  type PathSeparator,
} from '@trpc/server/unstable-core-do-not-import'

/** What the URL of a request asks for: `/a.b,c.d?batch=1&input=...`. */
export interface Target {
  /** The paths of the procedures, in their order. */
  readonly paths: readonly string[]
  /** Whether the URL says that it is a batch. A batch may hold a single call. */
  readonly isBatch: boolean
  readonly query: URLSearchParams
}

/** URLs that mean the same to everyone who reads them: no authority, no fragment, nothing but visible ASCII. */
const PLAIN_URL = /^\/(?![/\\])[!-"$-~]*$/

/** Relative to this server, such a reference names another one (RFC 3986 §4.2), where nobody should be led. */
export const namesHost = (url: string) => /^\/[/\\]/.test(url)

export const isPlain = (url: string) => PLAIN_URL.test(url)

/** @throws {TRPCError} `BAD_REQUEST` for a path whose percent-encoding is broken */
export function readTarget(url: string, separator: PathSeparator): Target {
  const [pathname, search] = splitUrl(url)
  const query = new URLSearchParams(search)
  const isBatch = query.get('batch') === '1'
  const path = urlPathToProcedurePath(decode(lastSegment(pathname)), separator)
  return { paths: isBatch ? path.split(',') : [path], isBatch, query }
}

/** The path that `readTarget` reads too, before it is split; empty where it can't be decoded. */
export function pathOf(url: string): string {
  try {
    return decode(lastSegment(splitUrl(url)[0]))
  } catch {
    return ''
  }
}

function splitUrl(url: string): [pathname: string, search: string] {
  const mark = url.indexOf('?')
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

/** tRPC's adapter for Express looks only at this, so that a server can be mounted anywhere. */
function lastSegment(pathname: string): string {
  return pathname.slice(pathname.lastIndexOf('/') + 1)
}

function decode(path: string): string {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause })
  }
}
