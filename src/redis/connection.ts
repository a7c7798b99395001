import { createClient, ErrorReply } from '@redis/client'
import type { RedisReply } from 'rate-limit-redis'
import type { Logger } from 'pino'
import { createStanding } from './standing.ts'

/** No request waits longer for Redis than that, and once it has, none waits for the next while. */
const COMMAND_TIMEOUT_MS = 250
const PAUSE_AFTER_FAILURE_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
const MAX_RECONNECT_DELAY_MS = 2_000
/** A connection on which not even these are answered is given up and made anew. */
const PING_INTERVAL_MS = 5_000
const SILENCE_TIMEOUT_MS = 15_000

/** Does what requests need: a script that writes. A replica, a full or a locked server refuses it. */
const TRIAL = [
  ...['EVAL', "return redis.call('SET', KEYS[1], '', 'PX', 1000)"],
  ...['1', 'messages-api:trial'],
]

/** A Redis that may be away: whoever uses it has to have something else meanwhile. */
export interface RedisConnection {
  /** Whether it is there and takes commands, as far as is known. Cheap: it is asked on every request. */
  available(): boolean
  /** @throws soon, when there is no answer or a refusal */
  send(...command: string[]): Promise<RedisReply>
  /** `listener` is called whenever a connection can be used, the first time included. */
  onConnect(listener: () => void): void
  close(): void
}

/** Connects in the background, and again whenever the connection is lost or commands are refused. */
export function connectRedis(options: {
  readonly url: string
  readonly logger: Logger
  /** Milliseconds since the epoch. */
  readonly now: () => number
}): RedisConnection {
  const { logger, now } = options
  const client = newClient(options.url)
  const onConnect: (() => void)[] = []
  let pausedUntil = 0
  const standing = createStanding({
    logger,
    tryOut: () => withTimeout(client.sendCommand(TRIAL)),
    renew() {
      if (client.isReady) client.sendCommand(['QUIT']).catch(() => undefined)
    },
    onGood() {
      pausedUntil = 0
      for (const listener of onConnect) listener()
    },
  })

  async function answerTo(command: string[]): Promise<RedisReply> {
    try {
      const reply = await withTimeout(client.sendCommand<RedisReply>(command))
      pausedUntil = 0
      return reply
    } catch (error) {
      if (!(error instanceof ErrorReply)) pausedUntil = now() + PAUSE_AFTER_FAILURE_MS
      else if (!error.message.startsWith('NOSCRIPT')) standing.failed(error)
      throw error
    }
  }

  client.on('error', standing.failed)
  client.on('ready', () => void standing.connected())
  void client.connect().catch(() => undefined) // each failure is an 'error' event
  return {
    available: () => standing.isGood() && client.isReady && now() >= pausedUntil,
    send(...command) {
      if (pausedUntil > 0) pausedUntil = now() + PAUSE_AFTER_FAILURE_MS // this one tries for all
      return answerTo(command)
    },
    onConnect(listener) {
      onConnect.push(listener)
    },
    close() {
      standing.stop()
      client.destroy()
    },
  }
}

function newClient(url: string) {
  return createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY_MS),
    },
  })
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
