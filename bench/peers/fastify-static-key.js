import { serve } from './fastify-app.js'
import { createFastify } from './fastify-base.js'
import { fixedKey } from './fastify-keys.js'

await serve(await createFastify(await fixedKey()))
