#!/usr/bin/env node
import { relative } from 'node:path'
import { readArguments, USAGE, type Arguments } from './arguments.ts'
import { createApp, CreateError, type AppOptions } from './create-app.ts'
import { goneWith, PARTS } from './leave-out.ts'
import { askFor, DEFAULT_FOLDER, LeftError } from './questions.ts'

try {
  const given = readArguments(process.argv.slice(2))
  if (given.help) process.stdout.write(USAGE)
  else make(await decide(given))
} catch (error) {
  process.stderr.write(`${textOf(error)}\n`)
  process.exitCode = 1
}

/** @throws where it is no reason that a person was told of */
function textOf(error: unknown): string {
  if (error instanceof LeftError) return ''
  if (error instanceof CreateError) return error.message.trimEnd()
  throw error
}

async function decide({ yes, known }: Arguments): Promise<Required<AppOptions>> {
  // npm takes a --yes that stands before its `--` for itself
  const isTold = yes || process.env['npm_config_yes'] === 'true'
  const { stdin: input, stdout: output } = process
  if (input.isTTY && output.isTTY && !isTold) return askFor(known, { input, output })
  const folder = known.folder ?? (isTold ? DEFAULT_FOLDER : undefined)
  if (folder === undefined) throw new CreateError(`Name a folder, or say --yes\n\n${USAGE}`)
  return { folder, without: PARTS.filter((part) => known.keep[part] === false) }
}

function make({ folder, without }: Required<AppOptions>): void {
  const files = createApp({ folder, without })
  const gone = goneWith(without)
  const path = relative('.', folder)
  const lines = [...(path ? [`cd ${quote(path)}`] : []), 'npm install', 'npm run dev']
  const issuer = gone.includes('issuer')
    ? ' Before it starts,\ncopy .env.example to .env there, and set AUTH0_DOMAIN or ISSUER_BASE_URL in it.'
    : ''
  process.stdout.write(`${files.map((file) => `  ${file}\n`).join('')}
Made ${files.length} files in ${path || '.'}${gone.length > 0 ? `, without ${gone.join(', ')}` : ''}.${issuer} Now:

${lines.map((line) => `  ${line}\n`).join('')}`)
}

/** For a shell, where the path is not plain. */
function quote(path: string): string {
  return /^[\w./\\:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
