import { getTRPCErrorFromUnknown, transformTRPCResponse, type TRPCError } from '@trpc/server'
import { getHTTPStatusCode } from '@trpc/server/http'
import type { TRPCErrorShape } from '@trpc/server/rpc'
import { defaultTransformer, getErrorShape } from '../trpc/internals.ts'
import type { AnyRouter } from '@trpc/server'

type RootConfig = Parameters<typeof transformTRPCResponse>[0]

/** One answer as tRPC writes it, before the router's transformer. */
export type Envelope = { readonly result: { readonly data: unknown } } | ErrorEnvelope

export interface ErrorEnvelope {
  readonly error: TRPCErrorShape
}

type Details = Omit<Parameters<typeof getErrorShape>[0], 'config' | 'error'>

const FALLBACK: TRPCErrorShape = {
  message: 'Internal Server Error',
  code: -32603,
  data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 },
}

/**
 * An error as the client gets it: formatted by the chain's own `.errors()`, otherwise by the router's
 * formatter.
 */
export function errorEnvelope(
  router: AnyRouter,
  error: TRPCError,
  details: Details,
): ErrorEnvelope {
  const shape: unknown = getErrorShape({ ...details, config: router._def._config, error })
  return { error: shape as TRPCErrorShape }
}

/** As the client's transformer expects it. @throws for what can't be put into JSON */
export function stringify(router: AnyRouter, envelopes: Envelope | readonly Envelope[]): string {
  const { _config: config } = router._def
  return JSON.stringify(
    isPlainJson(router)
      ? envelopes
      : transformTRPCResponse(config as RootConfig, envelopes as never),
  )
}

/** Whether the router has no transformer but tRPC's own, which changes nothing, and copies. */
export const isPlainJson = (router: AnyRouter): boolean =>
  router._def._config.transformer === defaultTransformer

/** One error in place of all answers. It has a message even if a formatter or a transformer fails. */
export function failure(router: AnyRouter, cause: unknown, details: Partial<Details>) {
  const none = { type: 'unknown', path: undefined, input: undefined, ctx: undefined } as const
  const error = getTRPCErrorFromUnknown(cause)
  try {
    const envelope = errorEnvelope(router, error, { ...none, ...details })
    return { status: statusOf([envelope], [error]), body: stringify(router, envelope), error }
  } catch {
    return { status: 500, body: JSON.stringify({ error: FALLBACK }), error }
  }
}

/** 207 where they differ. */
export function statusOf(
  envelopes: readonly Envelope[],
  errors: readonly (TRPCError | undefined)[],
): number {
  return getHTTPStatusCode([...envelopes] as Parameters<typeof getHTTPStatusCode>[0], errors)
}
