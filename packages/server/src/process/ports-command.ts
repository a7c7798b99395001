#!/usr/bin/env node
import { loadConfig, type Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { prepareEnvironment } from '../config/environment.ts'
import { PortsInUse, requireFreePorts } from './ports-in-use.ts'

/**
 * `hybrid-ports`: ends with status 1, and says so, where ports of the settings are in use. What watches files in
 * development would start the server, and after its end wait for a change of a file that mends nothing.
 */
try {
  const settings = readSettings()
  if (settings) await requireFreePorts(settings, { devIssuer: !settings.production })
} catch (error) {
  if (!(error instanceof PortsInUse)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/** @returns `undefined` where they can't be used, which the server itself tells when it starts */
function readSettings(): Config | undefined {
  try {
    prepareEnvironment()
    return loadConfig(process.env)
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}
