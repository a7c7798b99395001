// Keys come from the issuer's JWK set by get-jwks, as its README shows for @fastify/jwt: a new key of the
// issuer is found, as in the other peers.
import buildGetJwks from 'get-jwks'
import { serve } from './fastify-app.js'
import { issuer } from './settings.js'

const getJwks = buildGetJwks({ issuersWhitelist: [issuer] })

await serve({
  decode: { complete: true },
  secret: (_request, { header: { kid, alg }, payload: { iss } }) =>
    getJwks.getPublicKey({ kid, domain: iss, alg }),
})
