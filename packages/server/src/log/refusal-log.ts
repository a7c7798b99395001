import type { Logger } from 'pino'
import {
  readClaim,
  type AudienceRule,
  findCredentials,
  requireWellFormed,
  decodeClaims,
  sketchToken,
} from '@trpc-hybrid/access-token/engine'
import type { Exchange } from '../http/exchange.ts'
import type { RequestObserver } from '../http/observation.ts'

export interface RefusalLogOptions extends AudienceRule {
  readonly logger: Logger
  /** `undefined` while discovery has not found it yet. */
  readonly issuer: () => string | undefined
  readonly signingAlgs: readonly string[]
  readonly permissionsClaim: string
}

/**
 * At level `debug`, a line for each request whose token was refused: what it says of itself, unverified,
 * and what was expected.
 */
export function createRefusalLog(options: RefusalLogOptions): RequestObserver[] {
  const { logger, issuer, audiences, audienceClaim, signingAlgs } = options
  if (!logger.isLevelEnabled('debug')) return []
  return [
    ({ requestId, refusal }, exchange) => {
      if (refusal === undefined) return
      const token = tokenOf(exchange)
      const expected = { iss: issuer(), [audienceClaim]: audiences, alg: signingAlgs }
      const permissions = exchange.denial && missingPermissions(exchange, token, options)
      const details = { token: sketchToken(token), expected, permissions }
      logger.debug({ requestId, refusal, ...details }, 'token refused')
    },
  ]
}

/** Empty when the header can't be read. */
function tokenOf({ req: { rawHeaders } }: Exchange): string {
  try {
    const { token } = findCredentials(rawHeaders)
    requireWellFormed(token)
    return token
  } catch {
    return ''
  }
}

function missingPermissions(
  { denial }: Exchange,
  token: string,
  { permissionsClaim: claim }: RefusalLogOptions,
) {
  const value = readClaim(decodeClaims(token), claim)
  return { claim, found: kindOf(value), needed: denial?.permissions }
}

/** Not the value: what somebody may do is their own business. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'no such claim'
  return Array.isArray(value) ? `an array of ${value.length}` : typeof value
}
