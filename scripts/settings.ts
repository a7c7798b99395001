import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import { schema } from '../packages/server/src/config/schema.ts'
import { ROOT } from './publishable.ts'

const FILE = join(ROOT, 'docs/settings.md')
const TABLE = /\n\| name[^]*$/

interface Described {
  readonly description?: string | undefined
  /** What holds where the setting is absent and has no default. */
  readonly absent?: string | undefined
}

function defaultOf(type: z.ZodType, { absent }: Described): string {
  if (!(type instanceof z.ZodDefault)) return absent ?? ''
  const text = [type.def.defaultValue].flat().join(',')
  return text === '' ? '' : `\`${text}\``
}

function row([name, type]: [string, z.ZodType]): string {
  const described: Described = type.meta() ?? {}
  if (!described.description) throw new Error(`${name} has no description`)
  return `| \`${name}\` | ${defaultOf(type, described)} | ${described.description} |`
}

/** The page of the settings, with the table as the schema has it. */
export async function describeSettings(): Promise<string> {
  const rows = Object.entries<z.ZodType>(schema.shape).map(row)
  const table = ['', '| name | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n')
  const page = readFileSync(FILE, 'utf8').replace(TABLE, () => table)
  return format(page, { ...(await resolveConfig(FILE)), parser: 'markdown' })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(FILE, await describeSettings())
}
