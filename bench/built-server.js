// Starts what was built as `node dist/main.js` does it, with any router.
import { setTimeout as delay } from 'node:timers/promises'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { ABOUT } from '../dist/about.js'
import { loadConfig } from '../dist/config/config.js'
import { createRequestScope } from '../dist/http/request-scope.js'
import { createLog } from '../dist/logger.js'
import { start } from '../dist/start.js'

/** @param limits over those that the server has */
export async function startBuilt(router, limits) {
  const config = loadConfig(process.env)
  const log = await createLog({ level: config.logLevel, production: config.production })
  const running = await start(config, {
    about: ABOUT,
    router,
    limits,
    ...log,
    ...SYSTEM_CLOCKS,
    requestScope: createRequestScope(),
  })
  log.logger.info({ port: running.port }, 'listening')
  process.on('SIGTERM', () => {
    log.logger.info('stopping')
    void Promise.race([running.close(), delay(9_500)]).then(() => process.exit(0))
  })
}
