import { serve } from './fastify-app.js'
import { createFastify } from './fastify-base.js'
import { keysOfIssuer } from './fastify-keys.js'

await serve(await createFastify(keysOfIssuer()))
