import { fileURLToPath } from 'node:url'
import type { RpcProtocol } from './rpc-requests.ts'

export interface BenchServer {
  readonly name: string
  readonly label: string
  /** The script that node runs. */
  readonly script: string
  /** Whether it asks for an access token, and for the permission where that is needed. */
  readonly guarded: boolean
  /** Whether it is one of the peers that the goal is set against: each does the same job as ours. */
  readonly rival?: true
  /** Whether it has a guard and nothing else of an API: only guards are compared with it. */
  readonly guardAlone?: true
  /** Whether it has streams and nothing else of an API: only streams are compared with it. */
  readonly streamsAlone?: true
  /** A server that differs from it in what it leaves out alone: the goals are set against that one. */
  readonly fairAs?: string
  /** Whether it has the list and the import of many rows. */
  readonly lists?: true
  /** What it speaks over RPC. */
  readonly rpc?: RpcProtocol
}

const peer = (name: string) => fileURLToPath(new URL(`peers/${name}.js`, import.meta.url))

export const OURS = 'messages-api'
export const BARE = 'node-http'
export const YARDSTICK = 'node-http-jose'
/** tRPC's own adapter: what streams are compared with. */
export const TRPC = 'trpc-standalone'

export const SERVERS: readonly BenchServer[] = [
  {
    name: OURS,
    label: 'Messages API',
    guarded: true,
    script: fileURLToPath(new URL('messages-api.js', import.meta.url)),
    rpc: 'trpc',
    lists: true,
  },
  {
    name: BARE,
    label: 'node:http, no guard and no checks',
    script: peer(BARE),
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
    guarded: true,
    guardAlone: true,
  },
  {
    name: 'guard-oauth2',
    label: 'Express, guarded by express-oauth2-jwt-bearer',
    script: peer('guard-oauth2'),
    guarded: true,
    guardAlone: true,
  },
  {
    name: TRPC,
    label: "tRPC's standalone adapter + jose",
    script: peer(TRPC),
    guarded: true,
    streamsAlone: true,
  },
]

/** @throws when no server has the name */
export function serverNamed(name: string): BenchServer {
  const server = SERVERS.find((candidate) => candidate.name === name)
  if (!server) throw new Error(`There is no server ${name}`)
  return server
}
