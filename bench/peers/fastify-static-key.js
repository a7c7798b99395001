// The issuer's key is read once, at start, and given to @fastify/jwt as a fixed public key: the fastest
// way it has, but a new key of the issuer is not found until a restart.
import { createPublicKey } from 'node:crypto'
import { serve } from './fastify-app.js'
import { jwksUri } from './settings.js'

const response = await fetch(jwksUri)
const { keys } = await response.json()
const publicKey = createPublicKey({ key: keys[0], format: 'jwk' })

await serve({ secret: { public: publicKey.export({ type: 'spki', format: 'pem' }) } })
