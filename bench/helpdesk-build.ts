import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const SOURCES = path('../examples/helpdesk')
/** Beside the app that is built, so that it finds the same packages. */
const BUILT = path('../dist/helpdesk')

/** Builds the help desk for production, with what the same by hand shares with it: its database and its query. */
export async function buildHelpdesk(): Promise<void> {
  await build({
    entryPoints: ['main', 'tickets/tickets', 'database/database'].map(
      (name) => `${SOURCES}/${name}.ts`,
    ),
    entryNames: '[name]',
    outdir: BUILT,
    bundle: true,
    splitting: true, // so that the tables are beside whatever reads them
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  })
  cpSync(`${SOURCES}/database/tables.sql`, `${BUILT}/tables.sql`)
}
