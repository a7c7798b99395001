import { createAlarmsRouter } from './alarms.router.ts'
import { createAttachmentsRouter } from './attachments.router.ts'
import type { Database } from './database/database.ts'
import { createTicketsRouter } from './tickets/tickets.router.ts'
import { router } from './trpc.ts'

export const createRouter = ({ db, changes }: Pick<Database, 'db' | 'changes'>) =>
  router({
    tickets: createTicketsRouter({ db, changes }),
    attachments: createAttachmentsRouter(db),
    alarms: createAlarmsRouter(db),
  })

export type AppRouter = ReturnType<typeof createRouter>
