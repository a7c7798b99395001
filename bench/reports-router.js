import { adminProcedure, router } from '../dist/trpc.js'
import { z } from '../node_modules/zod/index.js' // the server's own, not that of the peers
import { addReport, reportById } from './peers/reports.js'

const Report = z.object({ id: z.string(), title: z.string() })

export const reportsRouter = router({
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
