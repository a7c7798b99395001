import { fileURLToPath } from 'node:url'
import type { RpcProtocol } from './rpc-requests.ts'

/** What servers that are no Messages API are compared by. */
type Comparison = 'guard' | 'helpdesk' | 'fetch' | 'hono' | 'mcp' | 'streams'

export interface BenchServer {
  readonly name: string
  readonly label: string
  /** The script that node runs. */
  readonly script: string
  /** Whether it asks for an access token, and for the permission where that is needed. */
  readonly guarded: boolean
  /** Whether it is one of the peers that the goal is set against: each does the same job as ours. */
  readonly rival?: true
  /** Whether it runs this project's engine: what the others of a comparison are set against. */
  readonly ours?: true
  /** Whether it does next to nothing: the upper bound of its comparison. */
  readonly bare?: true
  /** The comparison that it is made for; those of the whole Messages API unless it is said. */
  readonly only?: Comparison
  /** What is asked of it to try its guard out, where it has no admin message at its usual path. */
  readonly probePath?: string
  /** Whether any valid token may ask for that. */
  readonly needsNoPermission?: true
  /** Whether it has tools of the Model Context Protocol. */
  readonly tools?: true
  /** A server that differs from it in what it leaves out alone: the goals are set against that one. */
  readonly fairAs?: string
  /** Whether it has the list and the import of many rows. */
  readonly lists?: true
  /** What it speaks over RPC. */
  readonly rpc?: RpcProtocol
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const peer = (name: string) => file(`peers/${name}.js`)

export const OURS = 'messages-api'
export const BARE = 'node-http'
export const YARDSTICK = 'node-http-jose'
/** tRPC's own adapter: what streams are compared with. */
export const TRPC = 'trpc-standalone'

const helpdesk = {
  only: 'helpdesk',
  probePath: '/api/v2/tickets',
  needsNoPermission: true,
} as const
const inHono = { only: 'hono', probePath: '/trpc/messages.admin', rpc: 'trpc' } as const

export const SERVERS: readonly BenchServer[] = [
  {
    name: OURS,
    label: 'Messages API',
    ours: true,
    guarded: true,
    script: file('messages-api.js'),
    rpc: 'trpc',
    lists: true,
    tools: true,
  },
  {
    name: BARE,
    label: 'node:http, no guard and no checks',
    script: peer(BARE),
    bare: true,
    guarded: false,
    lists: true,
  },
  {
    name: YARDSTICK,
    label: 'node:http, RS256 verification alone',
    script: peer(YARDSTICK),
    guarded: false,
  },
  { name: 'express', label: 'Express 5 alone, no guard', script: peer('express'), guarded: false },
  {
    name: 'fastify',
    label: 'Fastify + @fastify/jwt (cache), get-jwks',
    script: peer('fastify'),
    guarded: true,
    rival: true,
    lists: true,
  },
  {
    name: 'fastify-static-key',
    label: 'Fastify + @fastify/jwt (cache), fixed key',
    script: peer('fastify-static-key'),
    guarded: true,
    fairAs: 'fastify-same-job',
  },
  {
    name: 'fastify-same-job',
    label: 'Fastify, fixed key, with log, ids, metric, limit',
    script: peer('fastify-same-job'),
    guarded: true,
    lists: true,
  },
  {
    name: 'orpc',
    label: 'oRPC + jose',
    script: peer('orpc'),
    guarded: true,
    rival: true,
    lists: true,
    rpc: 'orpc',
  },
  {
    name: 'hono',
    label: 'Hono + jose',
    script: peer('hono'),
    guarded: true,
    rival: true,
    lists: true,
  },
  {
    name: 'express-oauth2',
    label: 'Express + express-oauth2-jwt-bearer',
    script: peer('express-oauth2'),
    guarded: true,
  },
  {
    name: 'trpc-to-openapi',
    label: 'Express + trpc-to-openapi + jose',
    script: peer('trpc-to-openapi'),
    guarded: true,
    rpc: 'trpc',
  },
  {
    name: 'guard-access-token',
    label: 'Express, guarded by @trpc-hybrid/access-token',
    script: peer('guard-access-token'),
    ours: true,
    guarded: true,
    only: 'guard',
  },
  {
    name: 'guard-oauth2',
    label: 'Express, guarded by express-oauth2-jwt-bearer',
    script: peer('guard-oauth2'),
    guarded: true,
    only: 'guard',
  },
  {
    name: 'helpdesk',
    label: 'The help desk',
    script: file('../dist/helpdesk/main.js'),
    ours: true,
    guarded: true,
    ...helpdesk,
  },
  {
    name: 'helpdesk-fastify',
    label: 'Fastify by hand, keys by get-jwks',
    script: peer('helpdesk-fastify'),
    guarded: true,
    ...helpdesk,
  },
  {
    name: 'helpdesk-fastify-same-job',
    label: 'Fastify by hand, fixed key, same job',
    script: peer('helpdesk-fastify-same-job'),
    guarded: true,
    ...helpdesk,
  },
  {
    name: 'fetch-response',
    label: 'new Response alone',
    script: peer('fetch-response'),
    bare: true,
    guarded: false,
    only: 'fetch',
  },
  {
    name: 'fetch-hybrid',
    label: 'trpc-hybrid/fetch + access-token',
    script: file('fetch-hybrid.js'),
    ours: true,
    guarded: true,
    only: 'fetch',
  },
  {
    name: 'fetch-hono',
    label: 'Hono + jose',
    script: peer('fetch-hono'),
    guarded: true,
    only: 'fetch',
  },
  {
    name: 'fetch-orpc',
    label: 'oRPC + jose',
    script: peer('fetch-orpc'),
    guarded: true,
    only: 'fetch',
  },
  {
    name: 'hono-hybrid',
    label: 'Hono + trpc-hybrid/fetch + access-token',
    script: file('hono-hybrid.js'),
    ours: true,
    guarded: true,
    ...inHono,
  },
  {
    name: 'hono-trpc-server',
    label: 'Hono + @hono/trpc-server + jose',
    script: peer('hono-trpc-server'),
    guarded: true,
    ...inHono,
  },
  {
    name: 'mcp-sdk',
    label: 'MCP SDK on Express + express-oauth2-jwt-bearer',
    script: peer('mcp-sdk'),
    guarded: true,
    tools: true,
    only: 'mcp',
  },
  {
    name: TRPC,
    label: "tRPC's standalone adapter + jose",
    script: peer(TRPC),
    guarded: true,
    only: 'streams',
  },
]

/** @throws when no server has the name */
export function serverNamed(name: string): BenchServer {
  const server = SERVERS.find((candidate) => candidate.name === name)
  if (!server) throw new Error(`There is no server ${name}`)
  return server
}
