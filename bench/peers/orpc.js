// oRPC on node:http, each procedure over both of its handlers: REST (OpenAPI) and RPC. Tokens are
// verified by jose in a middleware. oRPC has no security headers of its own: they are set in one call.
import { createServer } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { ORPCError, os } from '@orpc/server'
import { RPCHandler } from '@orpc/server/node'
import { BatchHandlerPlugin, CORSPlugin } from '@orpc/server/plugins'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'
import { createReportSchemas } from './report-schemas.js'
import { addReport, importReports, listReports, reportById } from './reports.js'
import {
  audience,
  clientOrigin,
  hasPermission,
  host,
  issuer,
  jwksUri,
  messages,
  port,
  securityHeaders,
} from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }
const Message = z.object({ message: z.string() })
const { Id, NewReport, Report, Page, List, Import, Imported } = createReportSchemas(z)

/** Once a request, however many calls of a batch ask for it. */
function createVerify({ authorization }) {
  let claims
  return () => (claims ??= verify(authorization))
}

async function verify(authorization) {
  const [scheme, token] = authorization?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) throw new ORPCError('UNAUTHORIZED')
  try {
    const { payload } = await jwtVerify(token, keys, options)
    return payload
  } catch (cause) {
    throw new ORPCError('UNAUTHORIZED', { cause })
  }
}

const authenticate = os.$context().middleware(async ({ context, next }) => {
  const claims = await context.verify()
  return next({ context: { claims } })
})

const base = os.$context()
const authenticated = base.use(authenticate)
const admin = authenticated.use(({ context, next }) => {
  if (!hasPermission(context.claims)) throw new ORPCError('FORBIDDEN')
  return next()
})

const message = (procedure, name) =>
  procedure
    .route({ method: 'GET', path: `/messages/${name}` })
    .output(Message)
    .handler(() => messages[name])

const router = {
  messages: {
    public: message(base, 'public'),
    protected: message(authenticated, 'protected'),
    admin: message(admin, 'admin'),
  },
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
  const context = { verify: createVerify(req.headers) }
  const { matched } = req.url.startsWith('/rpc')
    ? await rpc.handle(req, res, { prefix: '/rpc', context })
    : await rest.handle(req, res, { prefix: '/api', context })
  if (!matched) res.writeHead(404).end()
}).listen(port, host)
