// Fastify as its plugins' documentation puts it together: @fastify/jwt with its cache of verified
// tokens, @fastify/helmet, @fastify/cors.
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { audience, clientOrigin, issuer } from './settings.js'

/**
 * An app without routes.
 *
 * @param keyOptions the options of @fastify/jwt that say which key verifies a token
 * @param more options of Fastify, and a function that adds to it before all else
 */
export async function createFastify(keyOptions, more = {}) {
  const fastify = Fastify(more.options)
  await more.prepare?.(fastify)
  await fastify.register(helmet)
  await fastify.register(cors, { origin: clientOrigin, maxAge: 86_400 })
  await fastify.register(jwt, {
    ...keyOptions,
    verify: { algorithms: ['RS256'], allowedIss: issuer, allowedAud: audience, cache: true },
  })
  return fastify
}

export const authenticate = (request) => request.jwtVerify()
