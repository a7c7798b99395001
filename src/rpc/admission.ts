import { TRPCError, type AnyProcedure } from '@trpc/server'
import { urlPathToProcedurePath } from '@trpc/server/unstable-core-do-not-import'
import type { Request, Response } from 'express'
import { AuthError, validityOf, type AccessToken } from '@trpc-hybrid/access-token/engine'
import type { RequestContext } from '../http/context.ts'
import { clientOf } from '../http/rate-limit.ts'
import type { ApiRouter } from '../trpc.ts'
import type { StreamKind, Streams } from './streams.ts'

/** When a client that has too many streams may ask again. It is not known when one of them ends. */
const RETRY_AFTER_SECONDS = 10

/**
 * Which kind of stream tRPC's adapter would answer with; `undefined` for any other answer. tRPC reads a request in
 * the same way: `trpc-accept` before `accept`, and the path behind the last slash.
 */
export function streamKind({ headers, path }: Request, router: ApiRouter): StreamKind | undefined {
  const accepted = headers['trpc-accept']
  if (accepted === undefined ? listsJsonLines(headers.accept) : accepted === JSON_LINES)
    return 'batch'
  const name = pathOf(path.slice(path.lastIndexOf('/') + 1), router)
  const procedures = router._def.procedures as Record<string, AnyProcedure | undefined>
  return procedures[name]?._def.type === 'subscription' ? 'subscription' : undefined
}

const JSON_LINES = 'application/jsonl'

const listsJsonLines = (accept = '') => accept.split(',').some((type) => type.trim() === JSON_LINES)

function pathOf(segment: string, { _def }: ApiRouter): string {
  try {
    return urlPathToProcedurePath(decodeURIComponent(segment), _def._config.pathSeparator)
  } catch {
    return ''
  }
}

interface Admission {
  readonly context: RequestContext
  readonly kind: StreamKind
  readonly streams: Streams
  readonly now: () => number
}

/**
 * Lets a stream begin, unless its client has too many. It ends with the token that came with it, whether or not its
 * procedures ask for one: it counts, and is logged, for the subject of that token.
 *
 * @returns `false` when its client has gone
 * @throws {TRPCError} `TOO_MANY_REQUESTS`, before anything is called
 */
export async function admitStream(
  res: Response,
  { context, kind, streams, now }: Admission,
): Promise<boolean> {
  const { req } = res
  const token = await tokenOf(req, context)
  if (res.closed || res.destroyed) return false
  const expiresAtMs = token && expiryOf(token, now())
  if (streams.open(res, { kind, client: clientOf(req), expiresAtMs })) return true
  res.setHeader('retry-after', RETRY_AFTER_SECONDS)
  throw new TRPCError({ code: 'TOO_MANY_REQUESTS' })
}

/** `undefined` where there is none, or one that is refused: then the procedures say so, if they ask for one. */
async function tokenOf(
  { headers }: Request,
  { identify }: RequestContext,
): Promise<AccessToken | undefined> {
  if (headers.authorization === undefined) return undefined
  try {
    return await identify()
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}

/**
 * `exp`. A client that comes back at once with the same token is still let in for the clock tolerance, and then
 * stays to the end of it: otherwise it would be cut and come back over and over.
 */
function expiryOf({ claims }: AccessToken, nowMs: number): number {
  const expiryMs = (claims.exp ?? 0) * 1000
  return nowMs < expiryMs ? expiryMs : validityOf(claims).expiresAtMs
}
