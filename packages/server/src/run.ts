import type { AnyRouter } from '@trpc/server'
import { loadConfig, type Config } from './config/config.ts'
import { prepareEnvironment, type PreparedFile } from './config/environment.ts'
import type { Api } from './define-api.ts'
import { tokenArguments } from './dev-issuer/token-arguments.ts'
import { createRequestScope } from './http/request-scope.ts'
import { createLog } from './log/logger.ts'
import { requireFreePorts } from './process/ports-in-use.ts'
import { createProcessEnd, endOnSignals } from './process/process-end.ts'
import { watchProcess } from './process/process-faults.ts'
import { explainStartFailure } from './process/start-failure.ts'
import { welcome } from './process/welcome.ts'
import { publicly } from './publicly.ts'
import type { Running } from './serve.ts'
import type { Running as Started } from './start.ts'
import { startApi } from './start-api.ts'

/** Git-ignored, so that saving a source file in development signs nobody out. */
const LOCAL_ISSUER_FOLDER = '.local-issuer'

/**
 * Runs an API as the whole of a process: reads `.env` and the environment, serves, logs what nobody caught, and
 * stops at SIGTERM and SIGINT. A start that fails says why in one text, and ends the process with status 1.
 *
 * @returns what serves, once it listens
 * @example await run(api)
 */
export async function run<Router extends AnyRouter>(api: Api<Router>): Promise<Running<Router>> {
  /** Known once the settings are. */
  let config: Config | undefined
  let envFile: PreparedFile | undefined
  try {
    envFile = prepareEnvironment()
    config = loadConfig(process.env, api.settings)
    await requireFreePorts(config, api.parts)
    return publicly(await runWith(api, { config, envFile }), config)
  } catch (error) {
    process.stderr.write(`${explainStartFailure(error, { settings: config, envFile })}\n`)
    process.exit(1)
  }
}

async function runWith(
  api: Api,
  { config, envFile }: { readonly config: Config; readonly envFile: PreparedFile | undefined },
): Promise<Started> {
  const log = await createLog({ level: config.logLevel, production: config.production })
  const { logger } = log
  const end = createProcessEnd({ exit: (status) => process.exit(status), logger })
  const requestScope = createRequestScope()
  const { requestId } = requestScope
  const unhandledRejections = watchProcess(process, { logger, requestId, end })
  if (envFile) logger.info({ file: envFile.path }, 'settings read from .env')
  for (const warning of [...(envFile?.warnings ?? []), ...config.warnings]) logger.warn(warning)
  const running = await startApi(api, {
    config,
    log,
    requestScope,
    unhandledRejections,
    localIssuerFolder: LOCAL_ISSUER_FOLDER,
  })
  end.closing(running.close)
  endOnSignals(process, { logger, end })
  const { port, metricsPort, localIssuer } = running
  if (localIssuer === undefined) logger.info({ metricsPort, port }, 'listening')
  if (!config.production) printWelcome(running, { api, config })
  return running
}

function printWelcome(
  { port, localIssuer, router, docs }: Started,
  { api, config }: { readonly api: Api; readonly config: Config },
): void {
  process.stdout.write(
    welcome({
      title: api.about.title,
      api: `http://localhost:${port}`,
      docs,
      demo: api.demo,
      router,
      localIssuer,
      tokenArguments: localIssuer === undefined ? [] : tokenArguments(config, localIssuer),
      platform: process.platform,
    }),
  )
}
