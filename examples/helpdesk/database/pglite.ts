import { PGlite } from '@electric-sql/pglite'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Connections, Listening } from './database.ts'

/** PostgreSQL inside of this process, for development. Without a folder its data is in memory. */
export async function openPglite(
  folder: string | undefined,
  { channel, onNotify }: Listening,
): Promise<Connections> {
  const database = await PGlite.create(folder)
  await database.listen(channel, onNotify)
  const stopListening = () => Promise.resolve() // with the only connection
  return { pool: poolOf(database), isListening: () => !database.closed, stopListening }
}

/** A pool of one connection, for which all wait in turn. */
function poolOf(database: PGlite): PostgresPool {
  const query = async (sql: string, parameters: unknown[]) => {
    const given = parameters.length > 0
    const results = given ? [await database.query(sql, parameters)] : await database.exec(sql)
    return { rows: results.at(-1)?.rows }
  }
  let last = Promise.resolve()
  return {
    async connect() {
      const before = last
      let release: () => void = () => undefined
      last = new Promise((resolve) => (release = resolve))
      await before
      return { query: query as PostgresPoolClient['query'], release }
    },
    end: () => database.close(),
  }
}
