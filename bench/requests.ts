import { rpcRequest, type Call } from './rpc-requests.ts'
import type { Scenario } from './scenario.ts'

export const CLIENT_ORIGIN = 'http://localhost:4040'

export const ADMIN_PATH = '/api/messages/admin'
export const ADMIN_TEXT = 'The API successfully recognized you as an admin.'

export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** A file of tokens, one a line, that requests carry in turn. */
  readonly tokensFile?: string
}

/** A request of a browser on an allowed origin. */
export const browser = { origin: CLIENT_ORIGIN }

/** A request whose every sending carries the same token, if there is one. */
export async function send(request: BenchRequest, token?: Promise<string>): Promise<BenchRequest> {
  const authorization = token && { authorization: `Bearer ${await token}` }
  return { ...request, headers: { ...browser, ...authorization, ...request.headers } }
}

export const get = (path: string): BenchRequest => ({ method: 'GET', path, headers: {} })

/** Calls made in one tick, sent as the server's own client library does. */
export const callsTo =
  (...calls: [Call, ...Call[]]): Scenario['request'] =>
  ({ rpc = 'trpc' }, tokens) =>
    send(rpcRequest(rpc, calls), tokens.admin())
