import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { SYSTEM_CLOCKS } from './clocks.ts'
import { loadConfig } from './config/config.ts'
import { ConfigError } from './config/config-error.ts'
import { prepareEnvironment } from './config/environment.ts'
import { createLog } from './logger.ts'
import { RouterError } from './procedures/router-error.ts'
import { appRouter } from './router.ts'
import { start, type Running } from './start.ts'
import { welcome } from './welcome.ts'

/** Within the 10 s that container platforms wait before they kill. */
const STOP_LIMIT_MS = 9_500
/** `npm start` passes on a signal that the terminal has sent to every process already. */
const SAME_SIGNAL_MS = 100

function stopOnSignals(running: Running, logger: Logger): void {
  let stoppingSince: number | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1)
      return
    }
    stoppingSince = performance.now()
    logger.info({ signal }, 'stopping')
    void Promise.race([running.close(), delay(STOP_LIMIT_MS)]).then(() => process.exit(0))
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
}

/** After an error that nobody caught the state is unknown, so the process ends. Rejections come here too. */
function exitOnUncaught(logger: Logger): void {
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ err, origin }, 'uncaught error')
    process.exit(1)
  })
}

/** Addresses that can't be had, for whatever reason. */
const UNUSABLE = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EACCES']

/** A problem that the person who starts the server can mend gets its text alone, without a stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof RouterError) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? String(error.port) : ''
    return `Port ${port} is already in use: stop the program that uses it, or set another one.`
  }
  if (
    error instanceof Error &&
    'syscall' in error &&
    UNUSABLE.includes(String((error as NodeJS.ErrnoException).code))
  ) {
    return `The server can't listen where HOST and PORT say: ${error.message}`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  const envFile = prepareEnvironment()
  const config = loadConfig(process.env)
  const log = await createLog({ level: config.logLevel, production: config.production })
  const { logger } = log
  exitOnUncaught(logger)
  if (envFile) logger.info({ file: envFile.path }, 'settings read from .env')
  for (const warning of [...(envFile?.warnings ?? []), ...config.warnings]) logger.warn(warning)
  const running = await start(config, { router: appRouter, ...log, ...SYSTEM_CLOCKS })
  stopOnSignals(running, logger)
  const { port, metricsPort, localIssuer } = running
  if (localIssuer === undefined) logger.info({ metricsPort, port }, 'listening')
  else process.stdout.write(welcome({ api: `http://localhost:${port}`, issuer: localIssuer }))
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}
