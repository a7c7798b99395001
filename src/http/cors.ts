import cors from 'cors'
import type { RequestHandler } from 'express'

const DAY_SECONDS = 86_400

/**
 * CORS for one group of paths: exactly the origins given, without credentials. A list is given to
 * `cors` even for one origin, because a single one it would send to strangers too.
 */
export function createCors(options: {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
}): RequestHandler {
  return cors({
    origin: [...options.origins],
    methods: [...options.methods],
    allowedHeaders: ['Authorization', 'Content-Type', 'DPoP', 'Trpc-Accept'],
    exposedHeaders: ['WWW-Authenticate', 'Retry-After', 'X-Request-Id'],
    maxAge: DAY_SECONDS,
  })
}
