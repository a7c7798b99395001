import { ErrorReply } from '@redis/client'
import type { Logger } from 'pino'
import { connectToServer, type RedisEvents, type RedisReply } from './client.ts'
import { connectToCluster } from './cluster.ts'
import { createStanding } from './standing.ts'
import { tryOut } from './trial.ts'

/** No request waits longer than this for Redis. After one has, none waits for a while. */
const COMMAND_TIMEOUT_MS = 250
const PAUSE_AFTER_FAILURE_MS = 1_000

/** Where Redis is: one server, or some of the nodes of a cluster. */
export type RedisUrls = readonly [string, ...string[]]

/** A Redis that may be away: whoever uses it needs something to fall back on. */
export interface RedisConnection {
  /** Whether it is there and accepts commands, as far as is known. Cheap: it is called on every request. */
  available(): boolean
  /**
   * @param key the key that the command touches
   * @throws soon, when there is no answer or a refusal
   */
  send(key: string | undefined, command: string[]): Promise<RedisReply>
  close(): void
}

/** Connects in the background, and again whenever the connection is lost or commands are refused. */
export function connectRedis(options: {
  readonly urls: RedisUrls
  /** Of the keys that are only tried. */
  readonly prefix: string
  readonly logger: Logger
  /** Milliseconds, by a clock that is never set back. */
  readonly now: () => number
  /** Called when there is a connection that was tried out, the first one or a new one. */
  readonly onConnected?: () => void
}): RedisConnection {
  const { logger, now } = options
  let pausedUntil = 0
  const standing = createStanding({
    logger,
    tryOut: () => withTimeout(tryOut((key, command) => client.send(key, command), options.prefix)),
    renew() {
      client.renew()
    },
    onGood() {
      pausedUntil = 0
      options.onConnected?.()
    },
  })

  const client = connect(options.urls, {
    onReady: () => void standing.connected(),
    onError: standing.failed,
  })

  async function answerTo(key: string | undefined, command: string[]): Promise<RedisReply> {
    try {
      const reply = await withTimeout(client.send(key, command))
      pausedUntil = 0
      return reply
    } catch (error) {
      if (error instanceof ErrorReply) standing.failed(error)
      else pausedUntil = now() + PAUSE_AFTER_FAILURE_MS
      throw error
    }
  }

  return {
    available: () => standing.isGood() && client.isReady() && now() >= pausedUntil,
    send(key, command) {
      if (pausedUntil > 0) pausedUntil = now() + PAUSE_AFTER_FAILURE_MS // this one tries for all
      return answerTo(key, command)
    },
    close() {
      standing.stop()
      client.close()
    },
  }
}

function connect([url, ...more]: RedisUrls, events: RedisEvents) {
  return more.length === 0 ? connectToServer(url, events) : connectToCluster([url, ...more], events)
}

function withTimeout<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`Redis did not answer within ${COMMAND_TIMEOUT_MS} ms`))
    }, COMMAND_TIMEOUT_MS)
    answer.then(resolve, reject).finally(() => {
      clearTimeout(timer)
    })
  })
}
