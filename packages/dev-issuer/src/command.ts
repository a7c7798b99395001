#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { startDevIssuer } from './dev-issuer.ts'
import { fetchToken } from './fetch-token.ts'
import { PEOPLE } from './people.ts'

const PERSON = PEOPLE.map(({ id }) => id).join('|')
const USAGE = `dev-issuer [options]                an OpenID provider for development
dev-issuer token ${PERSON} [options]  an access token of the one that runs

  --port <number>        6061
  --audience <text>      the API's identifier (https://api.example.com)
  --origin <origin>      of an app that may sign in; repeatable (http://localhost:4040)
  --permission <name>    that the API asks for, and the admin has; repeatable
  --state-file <path>    keeps keys and sessions for the next start
`

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '6061' },
      audience: { type: 'string', default: 'https://api.example.com' },
      origin: { type: 'string', multiple: true, default: ['http://localhost:4040'] },
      permission: { type: 'string', multiple: true, default: [] },
      'state-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return { ...values, stateFile: values['state-file'], port: Number(values.port), positionals }
}

type Options = ReturnType<typeof readOptions>

async function serve({ port, audience, origin, permission, stateFile }: Options): Promise<void> {
  const settings = { port, audience, permissions: permission, allowedOrigins: origin, stateFile }
  const { issuer, close } = await startDevIssuer(settings)
  process.stdout.write(`${issuer}\n`)
  const stop = () => void close()
  process.once('SIGINT', stop).once('SIGTERM', stop)
}

async function printToken({ port, audience, origin, positionals }: Options): Promise<void> {
  const [, person = ''] = positionals
  const issuer = `http://localhost:${port}/`
  const redirectUri = `${origin[0] ?? ''}/`
  process.stdout.write(`${await fetchToken({ issuer, audience, redirectUri, person })}\n`)
}

async function main(): Promise<void> {
  const options = readOptions()
  const [command, person = '', ...rest] = options.positionals
  const isToken = command === 'token' && rest.length === 0 && PEOPLE.some(({ id }) => id === person)
  if (options.help) process.stdout.write(USAGE)
  else if (command === undefined) await serve(options)
  else if (isToken) await printToken(options)
  else throw new Error(USAGE)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
