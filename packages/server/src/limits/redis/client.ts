import { createClient } from '@redis/client'

const CONNECT_TIMEOUT_MS = 2_000
const MAX_RECONNECT_DELAY_MS = 2_000
/** A connection on which even pings are not answered is given up and made anew. */
const PING_INTERVAL_MS = 5_000
const SILENCE_TIMEOUT_MS = 15_000

/** The options of every connection, to a single server or to a node of a cluster. */
export const CONNECTION_OPTIONS = {
  RESP: 2,
  disableOfflineQueue: true,
  pingInterval: PING_INTERVAL_MS,
} as const
export const SOCKET_OPTIONS = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: SILENCE_TIMEOUT_MS,
}

/** Replies to the commands that are used here. */
export type RedisReply = string | number | null | readonly RedisReply[]

export interface RedisEvents {
  /** Called when there is a connection, the first one or a new one. */
  readonly onReady: () => void
  readonly onError: (error: unknown) => void
}

/** A Redis server or a Redis Cluster: it connects at once, and again whenever the connection is lost. */
export interface RedisClient {
  readonly isReady: () => boolean
  /** @param key what the command touches: a cluster finds the node by it */
  readonly send: (key: string | undefined, command: string[]) => Promise<RedisReply>
  /** Makes the connection anew. */
  readonly renew: () => void
  readonly close: () => void
}

export function connectToServer(url: string, { onReady, onError }: RedisEvents): RedisClient {
  const client = createClient({
    ...CONNECTION_OPTIONS,
    url,
    socket: {
      ...SOCKET_OPTIONS,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY_MS),
    },
  })
  client.on('error', onError).on('ready', onReady)
  void client.connect().catch(() => undefined) // each failure is an 'error' event
  return {
    isReady: () => client.isReady,
    send: (_key, command) => client.sendCommand<RedisReply>(command),
    renew() {
      if (client.isReady) client.sendCommand(['QUIT']).catch(() => undefined)
    },
    close() {
      client.destroy()
    },
  }
}
