import type { RequestAuthenticator, Fetch, InBackground } from '@trpc-hybrid/access-token/engine'
import type { Step } from '../http/exchange.ts'
import type { Around } from 'trpc-hybrid/engine'

/** Where spans are sent. The SDK reads the rest of OpenTelemetry's settings from `OTEL_*` itself. */
export interface TracingSettings {
  readonly protocol: 'http/json' | 'http/protobuf'
  /**
   * The part of requests that is traced, where a caller's `traceparent` has a say in it; `undefined`: what the
   * SDK reads from its variables.
   */
  readonly sampledRatio: number | undefined
}

/** What traces the server. Each part is asked for once, at start. */
export interface Tracing {
  /** Begins the span of a request; nothing when there is no tracing. */
  readonly steps: readonly Step[]
  /** Runs every call of a procedure; `undefined` when there is no tracing. */
  readonly aroundProcedures: Around | undefined
  readonly traceAuthentication: (authenticator: RequestAuthenticator) => RequestAuthenticator
  readonly traceBackground: (inBackground: InBackground) => InBackground
  readonly traceFetch: (fetch: Fetch) => Fetch
  /** Of what runs at the moment. */
  readonly traceId: () => string | undefined
  /** Sends what is still to be sent. */
  readonly close: () => Promise<void>
}

/** Changes nothing, so that no request pays for tracing that nobody asked for. */
export const NO_TRACING: Tracing = {
  steps: [],
  aroundProcedures: undefined,
  traceAuthentication: (authenticator) => authenticator,
  traceBackground: (inBackground) => inBackground,
  traceFetch: (fetch) => fetch,
  traceId: () => undefined,
  close: () => Promise.resolve(),
}
