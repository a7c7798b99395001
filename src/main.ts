import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import { ConfigError, loadConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { appRouter } from './router.ts'
import { start, type Running } from './start.ts'
import { welcome } from './welcome.ts'

function stopOnSignals(running: Running, logger: Logger): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    process.once('SIGTERM', exitNow).once('SIGINT', exitNow)
    logger.info({ signal }, 'stopping')
    void running.close().then(() => process.exit(0))
  }
  const exitNow = () => process.exit(1)
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal)
}

/** A problem that the person who starts the server can mend gets its text alone, without a stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? String(error.port) : ''
    return `Port ${port} is already in use: stop the program that uses it, or set another one.`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  if (existsSync('.env')) process.loadEnvFile()
  const config = loadConfig(process.env)
  const logger = await createLogger({ level: config.logLevel, production: config.production })
  const running = await start(config, { router: appRouter, logger, now: Date.now })
  stopOnSignals(running, logger)
  const { port, localIssuer } = running
  if (localIssuer === undefined) logger.info({ port }, 'listening')
  else process.stdout.write(welcome({ api: `http://localhost:${port}`, issuer: localIssuer }))
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}
