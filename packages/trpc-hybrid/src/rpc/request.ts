import { TRPCError, type AnyProcedure, type AnyRouter, type ProcedureType } from '@trpc/server'
import { FeatureError } from '../errors/feature-error.ts'
import { textOf } from '../body/body-text.ts'
import { mediaTypeOf } from '../body/media-type.ts'
import type { HybridRequest } from '../request.ts'
import { unsupportedMediaType } from '../errors/unreadable.ts'
import { createInputs, type Inputs } from './inputs.ts'
import { UPLOAD_TYPES, type ReadUpload } from './uploads.ts'
import { isPlain, namesHost, readTarget, type Target } from './target.ts'

export const JSON_TYPE = 'application/json'

/** The calls of one request, none of them made yet. */
export interface RpcRequest {
  readonly isBatch: boolean
  /** Whether it is a form or bytes. */
  readonly isUpload: boolean
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
 * @returns `undefined` for what only tRPC's own handler answers: streamed batches, subscriptions, HEAD, and URLs
 * that not everyone reads alike
 * @throws {TRPCError | FeatureError} for a request that is refused as a whole
 */
export function readRequest(
  request: HybridRequest,
  options: RequestOptions,
): RpcRequest | undefined {
  const { router, path: rpcPath, maxBytesOf, maxBatchSize } = options
  const { _config: config } = router._def
  const procedures = router._def.procedures as Record<string, AnyProcedure | undefined>
  if (namesHost(request.path.slice(rpcPath.length))) throw new TRPCError({ code: 'BAD_REQUEST' })
  if (!isPlain(request)) return undefined
  if (!isJson(request)) return readUpload(request, options)
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
    text: () =>
      method === 'GET' ? query.get('input') : readText(request, maxBytesOf(target.paths)),
    isBatch,
    count: calls.length,
    deserialize: (input) => config.transformer.input.deserialize(input) as unknown,
  })
  return { isBatch, isUpload: false, calls, inputs }
}

export interface RequestOptions {
  readonly router: AnyRouter
  /** Where it is served, such as `/trpc`. */
  readonly path: string
  /** The most bytes of a body that calls these procedures. */
  readonly maxBytesOf: (paths: readonly string[]) => number
  readonly maxBatchSize: number
  /** How the procedure at a path is given a form or bytes. */
  readonly uploadOf: (path: string) => ReadUpload
}

/** One call, whose input is a form or bytes: tRPC has no batches of them. */
function readUpload(
  request: HybridRequest,
  { router, maxBytesOf, uploadOf }: RequestOptions,
): RpcRequest | undefined {
  if (request.method !== 'POST') return undefined
  const type = mediaTypeOf(request) ?? ''
  if (!UPLOAD_TYPES.includes(type)) throw unsupportedMediaType([JSON_TYPE])
  const { _config: config } = router._def
  const { paths, query } = readTarget(request, config.pathSeparator)
  if (query.has('connectionParams')) return undefined
  const path = paths.join(',')
  const { [path]: procedure } = router._def.procedures as Record<string, AnyProcedure | undefined>
  const read = async () => ({
    0: await uploadOf(path)(request, { type, maxBytes: maxBytesOf(paths) }),
  })
  let reading: ReturnType<typeof read> | undefined
  return {
    isBatch: false,
    isUpload: true,
    calls: [{ path, procedure }],
    inputs: { read: () => (reading ??= read()), known: () => undefined },
  }
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

/**
 * A body must be JSON. A GET has none, so it need not name a content type, but it may not name that of a
 * form or of bytes.
 */
export function isJson(request: HybridRequest): boolean {
  const { method } = request
  if (mediaTypeOf(request) === JSON_TYPE) return method === 'GET' || method === 'POST'
  return method === 'GET' && !isOfOtherType(request)
}

/** A form or bytes, which tRPC takes as well. */
const isOfOtherType = (request: HybridRequest) => UPLOAD_TYPES.includes(mediaTypeOf(request) ?? '')

/** Every value that `trpc-accept` can have asks for one. */
function asksForStream(request: HybridRequest): boolean {
  return (
    request.header('trpc-accept') !== undefined ||
    Boolean(request.header('accept')?.includes('jsonl'))
  )
}
