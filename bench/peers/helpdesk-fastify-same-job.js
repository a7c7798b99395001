import { createFastify } from './fastify-base.js'
import { fixedKey } from './fastify-keys.js'
import { operations } from './fastify-operations.js'
import { serveTickets } from './helpdesk-app.js'

await serveTickets(await createFastify(await fixedKey(), operations))
