import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loadConfig, type Config } from './config/config.ts'
import { prepareEnvironment, type PreparedFile } from './config/environment.ts'
import { tokenArguments } from './local-issuer/token-arguments.ts'
import { createLog } from './logger.ts'
import { loadLazyRouters } from './procedures/lazy-routers.ts'
import { appRouter } from './router.ts'
import { start, type Running } from './start.ts'
import { explainStartFailure } from './start-failure.ts'
import { welcome } from './welcome.ts'

/** Git-ignored, so that saving a source file in development signs nobody out. */
const LOCAL_ISSUER_FOLDER = '.local-issuer'
/** Within the 10 s that container platforms wait before they kill. */
const STOP_LIMIT_MS = 9_500
/** `npm start` also passes on a signal that the terminal has already sent to every process. */
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

/** After an uncaught error the state is unknown, so the process ends. Unhandled rejections come here too. */
function exitOnUncaught(logger: Logger): void {
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ err, origin }, 'uncaught error')
    process.exit(1)
  })
}

/** Known once the settings are. */
let config: Config | undefined
let envFile: PreparedFile | undefined
try {
  envFile = prepareEnvironment()
  config = loadConfig(process.env)
  const log = await createLog({ level: config.logLevel, production: config.production })
  const { logger } = log
  exitOnUncaught(logger)
  if (envFile) logger.info({ file: envFile.path }, 'settings read from .env')
  for (const warning of [...(envFile?.warnings ?? []), ...config.warnings]) logger.warn(warning)
  const running = await start(config, {
    router: appRouter,
    ...log,
    ...SYSTEM_CLOCKS,
    localIssuerFolder: LOCAL_ISSUER_FOLDER,
  })
  stopOnSignals(running, logger)
  const { port, metricsPort, localIssuer } = running
  if (localIssuer === undefined) logger.info({ metricsPort, port }, 'listening')
  if (!config.production) {
    const api = `http://localhost:${port}`
    const args = localIssuer === undefined ? [] : tokenArguments(config, localIssuer)
    const { platform } = process
    const router = await loadLazyRouters(appRouter)
    process.stdout.write(welcome({ api, router, localIssuer, tokenArguments: args, platform }))
  }
} catch (error) {
  process.stderr.write(`${explainStartFailure(error, { settings: config, envFile })}\n`)
  process.exit(1)
}
