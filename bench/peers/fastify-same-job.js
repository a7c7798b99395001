// Fastify with a fixed key, as in fastify-static-key.js, and with what Messages API does beside its answers.
import { serve } from './fastify-app.js'
import { createFastify } from './fastify-base.js'
import { fixedKey } from './fastify-keys.js'
import { operations } from './fastify-operations.js'

await serve(await createFastify(await fixedKey(), operations))
