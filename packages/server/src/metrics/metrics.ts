import type { AuthOutcome, KeyFetch } from '@trpc-hybrid/access-token/engine'
import type { RateLimitName } from '../limits/rate-limit.ts'
import type { RequestObserver } from '../http/observation.ts'
import type { StreamEnd } from '../streams/streams.ts'

/** What is counted and measured. Each part is asked for once, at start. */
export interface Metrics {
  /** The port on which they are read; `undefined` when there are none. */
  readonly port: number | undefined
  /** Measures requests; nothing when there are no metrics. */
  readonly requestObservers: readonly RequestObserver[]
  readonly onAuthOutcome: (outcome: AuthOutcome) => void
  readonly onKeyFetch: (fetch: KeyFetch) => void
  readonly onRateLimited: (limit: RateLimitName) => void
  readonly onProcedureTimeout: () => void
  readonly onJobCall: (call: JobCall) => void
  readonly onStreamEnd: (end: StreamEnd) => void
  /** Reads these values whenever metrics are read. */
  readonly watch: (values: WatchedValues) => void
  readonly close: () => Promise<void>
}

/** A procedure that a job called. */
export interface JobCall {
  readonly procedure: string
  /** As a request's would be. */
  readonly status: number
  readonly durationMs: number
}

export interface WatchedValues {
  readonly keyAgeSeconds: () => number | undefined
  /** `undefined` where no Redis is configured. */
  readonly redisAvailable: () => boolean | undefined
  readonly droppedLogLines: () => number
  readonly openStreams: () => number
  readonly unhandledRejections: () => number
}

const ignore = () => undefined

export const NO_METRICS: Metrics = {
  port: undefined,
  requestObservers: [],
  onAuthOutcome: ignore,
  onKeyFetch: ignore,
  onRateLimited: ignore,
  onProcedureTimeout: ignore,
  onJobCall: ignore,
  onStreamEnd: ignore,
  watch: ignore,
  close: () => Promise.resolve(),
}
