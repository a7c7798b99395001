// oRPC on node:http, each procedure over both of its handlers: REST (OpenAPI) and RPC. It has no security
// headers of its own: they are set in one call.
import { createServer } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { RPCHandler } from '@orpc/server/node'
import { BatchHandlerPlugin, CORSPlugin } from '@orpc/server/plugins'
import { z } from 'zod'
import { admin, createVerify, messagesRouter } from './orpc-messages.js'
import { createReportSchemas } from './report-schemas.js'
import { addReport, importReports, listReports, reportById } from './reports.js'
import { clientOrigin, host, port, securityHeaders } from './settings.js'

const { Id, NewReport, Report, Page, List, Import, Imported } = createReportSchemas(z)

const router = {
  messages: messagesRouter,
  reports: {
    byId: admin
      .route({ method: 'GET', path: '/reports/{id}' })
      .input(Id)
      .output(Report)
      .handler(({ input }) => reportById(input.id)),
    add: admin
      .route({ method: 'POST', path: '/reports' })
      .input(NewReport)
      .output(Report)
      .handler(({ input }) => addReport(input.title)),
    list: admin
      .route({ method: 'GET', path: '/reports' })
      .input(Page)
      .output(List)
      .handler(({ input }) => listReports(input.limit)),
    import: admin
      .route({ method: 'POST', path: '/reports/import' })
      .input(Import)
      .output(Imported)
      .handler(({ input }) => importReports(input.reports)),
  },
}

const plugins = () => [new CORSPlugin({ origin: clientOrigin, maxAge: 86_400 })]
const rest = new OpenAPIHandler(router, { plugins: plugins() })
const rpc = new RPCHandler(router, { plugins: [...plugins(), new BatchHandlerPlugin()] })
const headers = new Map(Object.entries(securityHeaders))

createServer(async (req, res) => {
  res.setHeaders(headers)
  const context = { verify: createVerify(req.headers.authorization) }
  const { matched } = req.url.startsWith('/rpc')
    ? await rpc.handle(req, res, { prefix: '/rpc', context })
    : await rest.handle(req, res, { prefix: '/api', context })
  if (!matched) res.writeHead(404).end()
}).listen(port, host)
