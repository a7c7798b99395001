import { TRPCError } from '@trpc/server'
import type { HybridRequest } from '../request.ts'
import { urlPathToProcedurePath, type PathSeparator } from '../trpc/internals.ts'

/** What the URL of a request asks for: `/a.b,c.d?batch=1&input=...`. */
export interface Target {
  /** The paths of the procedures, in their order. */
  readonly paths: readonly string[]
  /** Whether the URL says that it is a batch. A batch may hold a single call. */
  readonly isBatch: boolean
  readonly query: URLSearchParams
}

/** URLs that mean the same to everyone who reads them: no authority, no fragment, nothing but visible ASCII. */
const PLAIN_PATH = /^\/(?![/\\])[!-"$-~]*$/
const PLAIN_QUERY = /^[!-"$-~]*$/

/** Relative to this server, such a reference names another one (RFC 3986 §4.2), where nobody should be led. */
export const namesHost = (path: string) => /^\/[/\\]/.test(path)

export const isPlain = ({ path, query }: HybridRequest) =>
  PLAIN_PATH.test(path) && PLAIN_QUERY.test(query)

/** @throws {TRPCError} `BAD_REQUEST` for a path whose percent-encoding is broken */
export function readTarget(request: HybridRequest, separator: PathSeparator): Target {
  const query = new URLSearchParams(request.query)
  const isBatch = query.get('batch') === '1'
  const path = urlPathToProcedurePath(decode(lastSegment(request.path)), separator)
  return { paths: isBatch ? path.split(',') : [path], isBatch, query }
}

/** tRPC's adapter for Express looks only at this, so that a server can be mounted anywhere. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function decode(path: string): string {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause })
  }
}
