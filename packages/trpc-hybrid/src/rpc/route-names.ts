import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { RpcCall } from './request.ts'

interface RpcName {
  /** For logs and metrics. The names are the router's: a caller can't make up more. */
  readonly template: string | undefined
  /** `undefined` where the request is for no procedure of the router, or for more than one. */
  readonly call: RpcCall | undefined
}

const UNKNOWN: RpcName = { template: undefined, call: undefined }

/** @returns which procedure a request is for, by the last segment of its path */
export function createRouteNames(router: AnyRouter, mountPath: string): (path: string) => RpcName {
  const procedures = Object.entries(router._def.procedures as Record<string, AnyProcedure>)
  const known = new Map<string, RpcName>(
    procedures.map(([path, procedure]) => [
      path,
      { template: `${mountPath}/${path}`, call: { path, procedure } },
    ]),
  )
  const batch: RpcName = { template: `${mountPath}/:batch`, call: undefined }
  return (segment) => {
    const path = segment.includes('%') ? decoded(segment) : segment
    return known.get(path) ?? (path.includes(',') ? batch : UNKNOWN)
  }
}

/** Empty where it can't be decoded. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
