import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { HybridRequest } from '../request.ts'
import { urlPathToProcedurePath } from '../trpc/internals.ts'
import { lastSegment } from './target.ts'

/** A subscription has no end to wait for, a streamed batch has. */
export type StreamKind = 'subscription' | 'batch'

/**
 * Which kind of stream tRPC's handler would answer with; `undefined` for any other answer. tRPC reads a request in
 * the same way: `trpc-accept` before `accept`, and the path behind the last slash.
 */
export function streamKind(request: HybridRequest, router: AnyRouter): StreamKind | undefined {
  if (request.method === 'HEAD') return undefined
  const accepted = request.header('trpc-accept')
  const isBatch =
    accepted === undefined ? listsJsonLines(request.header('accept')) : accepted === JSON_LINES
  if (isBatch) return 'batch'
  const procedures = router._def.procedures as Record<string, AnyProcedure | undefined>
  const procedure = procedures[pathOf(lastSegment(request.path), router)]
  return procedure?._def.type === 'subscription' ? 'subscription' : undefined
}

const JSON_LINES = 'application/jsonl'

const listsJsonLines = (accept = '') => accept.split(',').some((type) => type.trim() === JSON_LINES)

function pathOf(segment: string, { _def }: AnyRouter): string {
  try {
    return urlPathToProcedurePath(decodeURIComponent(segment), _def._config.pathSeparator)
  } catch {
    return ''
  }
}
