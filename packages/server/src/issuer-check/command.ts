#!/usr/bin/env node
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { prepareEnvironment } from '../config/environment.ts'
import { checkIssuer, formatFindings } from './check.ts'

const USAGE = `Usage: hybrid-check-issuer [access token]

Tries the settings of the environment and of .env against the issuer: discovery, keys and the token, if one is given.
Nothing is sent but requests for the issuer's public documents. The exit code is 1 where something is wrong.
`

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE)
    return 0
  }
  prepareEnvironment()
  const config = loadConfig(process.env)
  const [token] = args
  const findings = await checkIssuer(config, { token, fetch, ...SYSTEM_CLOCKS })
  process.stdout.write(formatFindings(findings))
  for (const warning of config.warnings) process.stdout.write(`? ${warning}\n`)
  return findings.some(({ outcome }) => outcome === 'wrong') ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
