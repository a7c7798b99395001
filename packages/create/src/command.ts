#!/usr/bin/env node
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { createApp, CreateError, PARTS } from './create-app.ts'

const USAGE = `npm create @trpc-hybrid <folder> [-- options]

Makes a tRPC-plus-REST API, protected by OAuth 2.0 access tokens, to make your own.

  --no-messages   without the three messages: an API with no procedure yet
  --no-docs       without the docs page at /docs
  --help          this text
`

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'no-messages': { type: 'boolean' },
      'no-docs': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [folder, ...more] = positionals
  if (values.help) {
    process.stdout.write(USAGE)
  } else if (folder === undefined || more.length > 0) {
    throw new CreateError(USAGE)
  } else {
    const without = PARTS.filter((part) => values[`no-${part}`] === true)
    const files = createApp({ folder, without })
    process.stdout.write(`${files.map((file) => `  ${file}\n`).join('')}
Made ${files.length} files in ${relative('.', folder) || '.'}. Now:

  cd ${folder}
  npm install
  npm run dev
`)
  }
} catch (error) {
  if (!(error instanceof CreateError) && !isOfArguments(error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function isOfArguments(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE')
}
