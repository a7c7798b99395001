// Which key verifies a token: the two ways that @fastify/jwt has.
import { createPublicKey } from 'node:crypto'
import buildGetJwks from 'get-jwks'
import { issuer, jwksUri } from './settings.js'

/**
 * Keys come from the issuer's JWK set by get-jwks, as its README shows for @fastify/jwt: a new key of the
 * issuer is found, as in the other peers.
 */
export function keysOfIssuer() {
  const getJwks = buildGetJwks({ issuersWhitelist: [issuer] })
  return {
    decode: { complete: true },
    secret: (_request, { header: { kid, alg }, payload: { iss } }) =>
      getJwks.getPublicKey({ kid, domain: iss, alg }),
  }
}

/**
 * The issuer's key is read once, at start, and given to @fastify/jwt as a fixed public key: the fastest
 * way it has, but a new key of the issuer is not found until a restart.
 */
export async function fixedKey() {
  const response = await fetch(jwksUri)
  const { keys } = await response.json()
  const publicKey = createPublicKey({ key: keys[0], format: 'jwk' })
  return { secret: { public: publicKey.export({ type: 'spki', format: 'pem' }) } }
}
