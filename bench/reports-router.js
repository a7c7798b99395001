import { adminProcedure, router } from '../dist/trpc.js'
import { z } from '../node_modules/zod/index.js' // the server's own, not that of the peers
import { createReportSchemas } from './peers/report-schemas.js'
import { addReport, importReports, listReports, reportById } from './peers/reports.js'

const { Id, NewReport, Report, Page, List, Import, Imported } = createReportSchemas(z)

export const reportsRouter = router({
  byId: adminProcedure
    .meta({ openapi: { method: 'GET', path: '/api/reports/{id}' } })
    .input(Id)
    .output(Report)
    .query(({ input }) => reportById(input.id)),
  add: adminProcedure
    .meta({ openapi: { method: 'POST', path: '/api/reports' } })
    .input(NewReport)
    .output(Report)
    .mutation(({ input }) => addReport(input.title)),
  list: adminProcedure
    .meta({ openapi: { method: 'GET', path: '/api/reports' } })
    .input(Page)
    .output(List)
    .query(({ input }) => listReports(input.limit)),
  import: adminProcedure
    .meta({ openapi: { method: 'POST', path: '/api/reports/import' } })
    .input(Import)
    .output(Imported)
    .mutation(({ input }) => importReports(input.reports)),
})
