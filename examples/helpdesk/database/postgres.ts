import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Pool } from 'pg'
import type { Connections, Listening } from './database.ts'

const RETRY_MS = 1_000

/** Connections to PostgreSQL, and one more that listens. That one is made again where it is lost. */
export function connectPostgres(url: string, { channel, onNotify }: Listening): Connections {
  const options = { connectionString: url, connectionTimeoutMillis: 5_000 }
  const pool = new Pool(options)
  pool.on('error', () => undefined) // an idle connection was lost, which the pool replaces
  const stop = new AbortController()
  let isListening = false
  const listen = async () => {
    const client = new Client(options)
    client.on('error', () => undefined).on('notification', onNotify)
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      isListening = true
      onNotify() // of what happened while nothing listened
      await once(client, 'end', { signal: stop.signal })
    } finally {
      isListening = false
      await client.end()
    }
  }
  const keepListening = async () => {
    while (!stop.signal.aborted) {
      await listen().catch(() => undefined)
      await delay(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }
  const listening = keepListening()
  const stopListening = () => {
    stop.abort()
    return listening
  }
  return { pool, isListening: () => isListening, stopListening }
}
