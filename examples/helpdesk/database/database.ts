import { readFile } from 'node:fs/promises'
import { Kysely, Migrator, PostgresDialect, sql, type PostgresPool } from 'kysely'
import { createChanges } from './changes.ts'
import type { Schema } from './schema.ts'

/** For queries, inside of a transaction or outside. */
export type Db = Kysely<Schema>

/** Nothing is in what is told on it: that is in the table `events`. */
export const CHANNEL = 'events'

export type Listening = Readonly<{ channel: string; onNotify: () => void }>

export interface Connections {
  readonly pool: PostgresPool
  readonly isListening: () => boolean
  readonly stopListening: () => Promise<void>
}

type Where = Readonly<Record<'url' | 'folder', string | undefined>>

/** Connects to PostgreSQL, or opens one inside of this process, and makes its tables. */
export async function connectDatabase({ url, folder }: Where) {
  const changes = createChanges()
  const listening = { channel: CHANNEL, onNotify: changes.tell }
  const { pool, isListening, stopListening } = url
    ? (await import('./postgres.ts')).connectPostgres(url, listening)
    : await (await import('./pglite.ts')).openPglite(folder, listening)
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  const close = () => stopListening().then(() => db.destroy())
  const { error } = await migratorOf(db).migrateToLatest()
  if (error) {
    await close()
    throw error as Error
  }
  const ready = () => sql`select 1`.execute(db).then(isListening)
  return { db, changes, ready, close }
}

export type Database = Awaited<ReturnType<typeof connectDatabase>>

/** Several processes may start at once: each migration is run by one of them. */
function migratorOf(db: Db) {
  const migrationOf = (file: string) => ({
    async up(tx: Kysely<unknown>) {
      await sql.raw(await readFile(new URL(file, import.meta.url), 'utf8')).execute(tx)
    },
  })
  const migrations = { '2026-01-01': migrationOf('tables.sql') }
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
}
