// Our server, started from what was built as `node dist/main.js` does it, with procedures that take inputs
// beside its messages: the product has none.
import { setTimeout as delay } from 'node:timers/promises'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loadConfig } from '../dist/config/config.js'
import { createLog } from '../dist/logger.js'
import { READ_ADMIN_MESSAGES } from '../dist/messages/messages.js'
import { messagesRouter } from '../dist/messages/messages.router.js'
import { start } from '../dist/start.js'
import { protectedProcedure, requirePermissions, router } from '../dist/trpc.js'
import { z } from '../node_modules/zod/index.js' // the server's own, not that of the peers
import { addReport, reportById } from './peers/reports.js'

const Report = z.object({ id: z.string(), title: z.string() })
const adminProcedure = protectedProcedure.use(requirePermissions(READ_ADMIN_MESSAGES))

const reportsRouter = router({
  byId: adminProcedure
    .meta({ openapi: { method: 'GET', path: '/api/reports/{id}' } })
    .input(z.object({ id: z.string().regex(/^\d+$/) }))
    .output(Report)
    .query(({ input }) => reportById(input.id)),
  add: adminProcedure
    .meta({ openapi: { method: 'POST', path: '/api/reports' } })
    .input(z.object({ title: z.string().min(1).max(200) }))
    .output(Report)
    .mutation(({ input }) => addReport(input.title)),
})

const config = loadConfig(process.env)
const log = await createLog({ level: config.logLevel, production: config.production })
const running = await start(config, {
  router: router({ messages: messagesRouter, reports: reportsRouter }),
  ...log,
  ...SYSTEM_CLOCKS,
})
log.logger.info({ port: running.port }, 'listening')
process.on('SIGTERM', () => {
  log.logger.info('stopping')
  void Promise.race([running.close(), delay(9_500)]).then(() => process.exit(0))
})
