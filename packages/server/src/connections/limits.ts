/** Limits of one connection, in milliseconds and bytes. */
export interface ConnectionLimits {
  /** For the headers of a request, and for a new connection to send any. */
  readonly headersTimeoutMs: number
  /** For a whole request, its body included. */
  readonly requestTimeoutMs: number
  /** How long the other side may take nothing of an answer. */
  readonly unreadTimeoutMs: number
  /** How long an ended connection stays open for its last answer to be read. */
  readonly lingerMs: number
  readonly checkIntervalMs: number
  readonly maxHeaderBytes: number
  readonly maxHeaders: number
  /** Requests of a connection that wait for their answers. */
  readonly maxPendingRequests: number
}

export interface ServerLimits extends ConnectionLimits {
  readonly keepAliveTimeoutMs: number
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  unreadTimeoutMs: 30_000,
  lingerMs: 500,
  checkIntervalMs: 1_000,
  maxHeaderBytes: 32 * 1024, // room for a token of 16 KiB, a proof of 8 KiB, and the rest
  maxHeaders: 100,
  maxPendingRequests: 16,
}
