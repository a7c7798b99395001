import { TRPCError, type AnyProcedure, type ProcedureType } from '@trpc/server'
import type { Request } from 'express'
import { FeatureError } from '../feature-error.ts'
import { textOf } from '../http/body-text.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import { readBody } from '../http/read-body.ts'
import { unsupportedMediaType } from '../http/unreadable.ts'
import type { ApiRouter } from '../trpc.ts'
import { createInputs, type Inputs } from './inputs.ts'
import { isPlain, namesHost, readTarget, type Target } from './target.ts'

export const MAX_BATCH_SIZE = 10

/** The calls of one request, none of them made yet. */
export interface RpcRequest {
  readonly method: string
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
 * @returns `undefined` for what only tRPC's own adapter answers: streamed batches, subscriptions, forms
 * and bytes, HEAD, and URLs that not everyone reads alike
 * @throws {TRPCError | FeatureError} for a request that is refused as a whole
 */
export function readRequest(
  req: Request,
  { router, maxBodyBytes }: { readonly router: ApiRouter; readonly maxBodyBytes: number },
): RpcRequest | undefined {
  const { _config: config, procedures } = router._def
  if (!isPlain(req.url)) {
    if (namesHost(req.url)) throw new TRPCError({ code: 'BAD_REQUEST' })
    return undefined
  }
  if (!isJson(req)) {
    if (req.method === 'POST' && !isOfOtherType(req)) throw unsupportedMediaType([JSON_TYPE])
    return undefined
  }
  const target = readTarget(req.url, config.pathSeparator)
  limitBatch(target)
  if (asksForStream(req) || target.query.has('connectionParams')) return undefined
  const calls = target.paths.map((path) => ({
    path,
    procedure: (procedures as Record<string, AnyProcedure | undefined>)[path],
  }))
  if (typeOf(calls) === 'subscription') return undefined
  const { method } = req
  const { isBatch, query } = target
  const inputs = createInputs({
    from: method === 'GET' ? 'query' : 'body',
    text: () => (method === 'GET' ? query.get('input') : readText(req, maxBodyBytes)),
    isBatch,
    count: calls.length,
    deserialize: (input) => config.transformer.input.deserialize(input) as unknown,
  })
  return { method, isBatch, calls, inputs }
}

async function readText(req: Request, maxBytes: number): Promise<string> {
  return textOf(await readBody(req, { maxBytes }))
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

function limitBatch({ isBatch, paths }: Target): void {
  if (!isBatch || paths.length <= MAX_BATCH_SIZE) return
  throw new FeatureError('invalid', `A batch holds at most ${MAX_BATCH_SIZE} calls`)
}

const JSON_TYPE = 'application/json'

/**
 * A body must be JSON. A GET has none, so it need not name a content type, but it may not name that of a
 * form or of bytes.
 */
function isJson(req: Request): boolean {
  if (mediaTypeOf(req.headers) === JSON_TYPE) return req.method === 'GET' || req.method === 'POST'
  return req.method === 'GET' && !isOfOtherType(req)
}

/** A form or bytes, which tRPC takes as well. */
const isOfOtherType = (req: Request) =>
  ['multipart/form-data', 'application/octet-stream'].includes(mediaTypeOf(req.headers) ?? '')

/** Every value that `trpc-accept` can have asks for one. */
function asksForStream({ headers }: Request): boolean {
  return headers['trpc-accept'] !== undefined || Boolean(headers.accept?.includes('jsonl'))
}
