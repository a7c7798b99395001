import { createFastify } from './fastify-base.js'
import { keysOfIssuer } from './fastify-keys.js'
import { serveTickets } from './helpdesk-app.js'

await serveTickets(await createFastify(keysOfIssuer()))
