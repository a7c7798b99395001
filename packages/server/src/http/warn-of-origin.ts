import type { Request } from 'express'
import type { Logger } from 'pino'

/** As long as an origin is that a person can make something of. */
const MAX_LENGTH = 200

/**
 * Warns once when a page calls whose origin is not allowed: its browser tells its user why, but not whoever runs
 * the server. A page of this server itself needs no permission.
 */
export function createOriginWarning({
  logger,
  publicUrl,
}: {
  readonly logger: Logger
  readonly publicUrl: string | undefined
}): (req: Request, origin: string) => void {
  const ownHost = publicUrl === undefined ? undefined : new URL(publicUrl).host
  let told = false
  return (req, origin) => {
    if (told) return
    const host = URL.canParse(origin) ? new URL(origin).host : undefined
    if (host !== undefined && (host === ownHost || host === req.headers.host)) return
    told = true
    const shown = host !== undefined && /^[!-~]+$/.test(origin) && origin.length <= MAX_LENGTH
    logger.warn(
      { origin: shown ? origin : undefined },
      'CLIENT_ORIGIN_URL: does not name the origin of a page that calls, so browsers keep the answers from it',
    )
  }
}
