import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { ABOUT } from './about.ts'
import { loadConfig, type Config } from '../packages/server/src/config/config.ts'
import { prepareEnvironment, type PreparedFile } from '../packages/server/src/config/environment.ts'
import { createRequestScope } from '../packages/server/src/http/request-scope.ts'
import { tokenArguments } from '../packages/server/src/dev-issuer/token-arguments.ts'
import { createLog } from '../packages/server/src/log/logger.ts'
import { loadRouter } from 'trpc-hybrid/engine'
import { createProcessEnd, endOnSignals } from '../packages/server/src/process/process-end.ts'
import { watchProcess } from '../packages/server/src/process/process-faults.ts'
import { appRouter } from './router.ts'
import { start } from '../packages/server/src/start.ts'
import { explainStartFailure } from '../packages/server/src/process/start-failure.ts'
import { welcome } from '../packages/server/src/process/welcome.ts'

/** Git-ignored, so that saving a source file in development signs nobody out. */
const LOCAL_ISSUER_FOLDER = '.local-issuer'
/** Known once the settings are. */
let config: Config | undefined
let envFile: PreparedFile | undefined
try {
  envFile = prepareEnvironment()
  config = loadConfig(process.env)
  const log = await createLog({ level: config.logLevel, production: config.production })
  const { logger } = log
  const end = createProcessEnd({ exit: (status) => process.exit(status), logger })
  const requestScope = createRequestScope()
  const { requestId } = requestScope
  const unhandledRejections = watchProcess(process, { logger, requestId, end })
  if (envFile) logger.info({ file: envFile.path }, 'settings read from .env')
  for (const warning of [...(envFile?.warnings ?? []), ...config.warnings]) logger.warn(warning)
  const running = await start(config, {
    router: appRouter,
    about: ABOUT,
    ...log,
    ...SYSTEM_CLOCKS,
    requestScope,
    unhandledRejections,
    localIssuerFolder: LOCAL_ISSUER_FOLDER,
  })
  end.closing(running.close)
  endOnSignals(process, { logger, end })
  const { port, metricsPort, localIssuer } = running
  if (localIssuer === undefined) logger.info({ metricsPort, port }, 'listening')
  if (!config.production) {
    const api = `http://localhost:${port}`
    const args = localIssuer === undefined ? [] : tokenArguments(config, localIssuer)
    const { platform } = process
    const router = await loadRouter(appRouter)
    const { docs } = config
    process.stdout.write(
      welcome({
        title: ABOUT.title,
        api,
        docs,
        router,
        localIssuer,
        tokenArguments: args,
        platform,
      }),
    )
  }
} catch (error) {
  process.stderr.write(`${explainStartFailure(error, { settings: config, envFile })}\n`)
  process.exit(1)
}
