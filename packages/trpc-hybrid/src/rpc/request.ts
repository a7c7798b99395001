import { TRPCError, type AnyProcedure, type AnyRouter, type ProcedureType } from '@trpc/server'
import { FeatureError } from '../errors/feature-error.ts'
import { textOf } from '../body/body-text.ts'
import { mediaTypeOf } from '../body/media-type.ts'
import type { HybridRequest } from '../request.ts'
import { unsupportedMediaType } from '../errors/unreadable.ts'
import { createInputs, type Inputs } from './inputs.ts'
import { isPlain, namesHost, readTarget, type Target } from './target.ts'

/** The calls of one request, none of them made yet. */
export interface RpcRequest {
  readonly isBatch: boolean
  readonly calls: readonly RpcCall[]
  readonly inputs: Inputs
}

export interface RpcCall {
  readonly path: string
  /** `undefined` where the router has no procedure at this path. */
  readonly procedure: AnyProcedure | undefined
}

/**
 * Reads what a request asks for, but not yet its inputs.
 *
 * @returns `undefined` for what only tRPC's own handler answers: streamed batches, subscriptions, forms
 * and bytes, HEAD, and URLs that not everyone reads alike
 * @throws {TRPCError | FeatureError} for a request that is refused as a whole
 */
export function readRequest(
  request: HybridRequest,
  { router, path: rpcPath, maxBodyBytes, maxBatchSize }: RequestLimits,
): RpcRequest | undefined {
  const { _config: config } = router._def
  const procedures = router._def.procedures as Record<string, AnyProcedure | undefined>
  if (namesHost(request.path.slice(rpcPath.length))) throw new TRPCError({ code: 'BAD_REQUEST' })
  if (!isPlain(request)) return undefined
  if (!isJson(request)) {
    if (request.method === 'POST' && !isOfOtherType(request)) {
      throw unsupportedMediaType([JSON_TYPE])
    }
    return undefined
  }
  const target = readTarget(request, config.pathSeparator)
  limitBatch(target, maxBatchSize)
  if (asksForStream(request) || target.query.has('connectionParams')) return undefined
  const calls = target.paths.map((path) => ({
    path,
    procedure: procedures[path],
  }))
  if (typeOf(calls) === 'subscription') return undefined
  const { method } = request
  const { isBatch, query } = target
  const inputs = createInputs({
    from: method === 'GET' ? 'query' : 'body',
    text: () => (method === 'GET' ? query.get('input') : readText(request, maxBodyBytes)),
    isBatch,
    count: calls.length,
    deserialize: (input) => config.transformer.input.deserialize(input) as unknown,
  })
  return { isBatch, calls, inputs }
}

interface RequestLimits {
  readonly router: AnyRouter
  /** Where it is served, such as `/trpc`. */
  readonly path: string
  readonly maxBodyBytes: number
  readonly maxBatchSize: number
}

async function readText(request: HybridRequest, maxBytes: number): Promise<string> {
  if (request.parsedBody !== undefined) return JSON.stringify(request.parsedBody)
  return textOf(await request.readBody(maxBytes))
}

/** @throws {TRPCError} `BAD_REQUEST` where they differ in it */
function typeOf(calls: readonly RpcCall[]): ProcedureType | undefined {
  let common: ProcedureType | undefined
  for (const { procedure } of calls) {
    const type = procedure?._def.type
    if (common && type && type !== common) throw new TRPCError({ code: 'BAD_REQUEST' })
    common ??= type
  }
  return common
}

function limitBatch({ isBatch, paths }: Target, max: number): void {
  if (!isBatch || paths.length <= max) return
  throw new FeatureError('invalid', `A batch holds at most ${max} calls`)
}

const JSON_TYPE = 'application/json'

/**
 * A body must be JSON. A GET has none, so it need not name a content type, but it may not name that of a
 * form or of bytes.
 */
function isJson(request: HybridRequest): boolean {
  const { method } = request
  if (mediaTypeOf(request) === JSON_TYPE) return method === 'GET' || method === 'POST'
  return method === 'GET' && !isOfOtherType(request)
}

/** A form or bytes, which tRPC takes as well. */
const isOfOtherType = (request: HybridRequest) =>
  ['multipart/form-data', 'application/octet-stream'].includes(mediaTypeOf(request) ?? '')

/** Every value that `trpc-accept` can have asks for one. */
function asksForStream(request: HybridRequest): boolean {
  return (
    request.header('trpc-accept') !== undefined ||
    Boolean(request.header('accept')?.includes('jsonl'))
  )
}
