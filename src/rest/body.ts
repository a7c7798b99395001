import { TRPCError } from '@trpc/server'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { notJson, unsupportedMediaType } from '../http/unreadable.ts'
import type { BodyType } from '../procedures/operations.ts'
import type { Texts } from './read-texts.ts'

/** A body that was read: any value from JSON, or the strings of a form by their names. */
export type Body = { readonly json: unknown } | { readonly form: Readonly<Record<string, Texts>> }

/** @returns `undefined` where there is no body */
export type ReadBody = (req: Request) => Promise<Body | undefined>

/**
 * Reads a body of one of the media types given, compressed or not. Its promise rejects with a
 * `TRPCError`: `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, or `BAD_REQUEST` for what is no JSON.
 */
export function createBodyReader(types: readonly BodyType[], maxBytes: number): ReadBody {
  const parsers: Record<BodyType, RequestHandler> = {
    'application/json': express.json({ limit: maxBytes, strict: false }),
    'application/x-www-form-urlencoded': express.urlencoded({ limit: maxBytes, extended: false }),
  }
  return async (req) => {
    if (!hasBody(req)) return undefined
    const type = types.find((known) => req.is(known))
    if (!type) throw unsupportedMediaType(types)
    const body = await parseBody(req, parsers[type])
    return type === 'application/json' ? { json: body } : { form: body as Record<string, Texts> }
  }
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function parseBody(req: Request, parse: RequestHandler): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onParsed = (error?: unknown): void => {
      if (error === undefined) resolve(req.body)
      else reject(asTrpcError(error))
    }
    void parse(req, req.res as Response, onParsed)
  })
}

/** tRPC would take an error of Express' parsers for a bug. */
function asTrpcError(cause: unknown): TRPCError {
  const status = cause instanceof Error && 'status' in cause ? cause.status : undefined
  if (status === 413) return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', cause })
  if (status === 415) return new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE', cause })
  const text = cause instanceof SyntaxError && 'body' in cause ? cause.body : undefined
  return typeof text === 'string'
    ? notJson('body', text)
    : new TRPCError({ code: 'BAD_REQUEST', cause })
}
