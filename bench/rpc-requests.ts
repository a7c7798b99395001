import type { BenchRequest } from './requests.ts'

/** One call of a procedure, such as `reports.byId`. */
export interface Call {
  readonly procedure: string
  readonly type: 'query' | 'mutation'
  readonly input?: unknown
}

export type RpcProtocol = keyof typeof REQUESTS

const JSON_BODY = { 'content-type': 'application/json' }

/**
 * The request that a protocol's own client sends for calls made in one tick: tRPC's with httpBatchLink, as
 * the client of this project does, oRPC's with RPCLink and, for more calls than one, its BatchLinkPlugin.
 */
export function rpcRequest(protocol: RpcProtocol, calls: readonly [Call, ...Call[]]): BenchRequest {
  return REQUESTS[protocol](calls)
}

/** The request that tRPC's own client sends with `httpBatchStreamLink` for calls made in one tick. */
export function streamedBatchRequest(calls: readonly [Call, ...Call[]]): BenchRequest {
  const request = REQUESTS.trpc(calls)
  return { ...request, headers: { ...request.headers, 'trpc-accept': 'application/jsonl' } }
}

const REQUESTS = {
  trpc(calls: readonly [Call, ...Call[]]): BenchRequest {
    const path = `/trpc/${calls.map(({ procedure }) => procedure).join(',')}?batch=1`
    const inputs = JSON.stringify(Object.fromEntries(calls.map(({ input }, at) => [at, input])))
    return calls[0].type === 'query'
      ? { method: 'GET', path: `${path}&input=${encodeURIComponent(inputs)}`, headers: {} }
      : { method: 'POST', path, headers: JSON_BODY, body: inputs }
  },

  orpc(calls: readonly [Call, ...Call[]]): BenchRequest {
    const [call, ...more] = calls
    const path = `/rpc/${call.procedure.replaceAll('.', '/')}`
    const data = JSON.stringify({ json: call.input })
    const headers = { ...JSON_BODY, 'x-orpc-batch': 'buffered' }
    if (more.length > 0) {
      const items = calls.map(({ input }) => ({ body: { json: input }, url: `http://api${path}` }))
      const body = JSON.stringify(items)
      return { method: 'POST', path: `${path}/__batch__`, headers, body }
    }
    return call.type === 'query'
      ? { method: 'GET', path: `${path}?data=${encodeURIComponent(data)}`, headers: {} }
      : { method: 'POST', path, headers: JSON_BODY, body: data }
  },
}
