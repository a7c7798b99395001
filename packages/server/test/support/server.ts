import { ABOUT } from './about.ts'
import { pino } from 'pino'
import { SYSTEM_CLOCKS, type Fetch } from '@trpc-hybrid/access-token/engine'
import { loadConfig } from '../../src/config/config.ts'
import { describeRouter } from './describe-router.ts'
import { loggerOptions } from '../../src/log/logger.ts'
import type { ServerLimits } from '../../src/connections/limits.ts'
import type { Times } from '../../src/parts.ts'
import type { AddRoutes, SecuritySchemes } from '../../src/define-api.ts'
import { start } from '../../src/start.ts'
import { createDescriptionCheck, watchAnswers } from './described.ts'
import { baseUrl } from './http.ts'
import { AUDIENCE, type TestIssuer } from './issuer.ts'
import { recordOutput } from './leaks.ts'
import { testRouter } from './router.ts'
import type { AnyRouter } from '@trpc/server'

export interface TestServerOptions {
  /** Without one, the server's own local issuer. */
  readonly issuer?: TestIssuer
  /** Settings over those that a test needs. */
  readonly env?: Record<string, string>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Milliseconds that are never set back; `now` where it is given. */
  readonly monotonicNow?: () => number
  /** In place of `testRouter`. */
  readonly router?: AnyRouter
  readonly securitySchemes?: SecuritySchemes
  readonly routes?: AddRoutes
  readonly limits?: Partial<ServerLimits>
  /** Over those of the server, and no grace at its `close`. */
  readonly times?: Partial<Times>
  /** How the issuer is asked. */
  readonly fetch?: Fetch
}

/**
 * The whole server in this process, on a free port, trusting the issuer given. Every answer that it
 * gives over REST is held to its OpenAPI document: `close` throws where one does not fit.
 */
export async function startTestServer(options: TestServerOptions) {
  const { issuer, env = {}, router = testRouter, securitySchemes } = options
  const { now = Date.now, monotonicNow = options.now ?? SYSTEM_CLOCKS.monotonicNow } = options
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    AUTH0_AUDIENCE: AUDIENCE,
    ...(issuer && { ISSUER_BASE_URL: issuer.url }),
    ...env,
  })
  const log: Record<string, unknown>[] = []
  const logger = pino(loggerOptions('debug'), {
    write: (line: string) => log.push(JSON.parse(line) as Record<string, unknown>),
  })
  const running = await start(config, {
    router,
    ...(securitySchemes && { securitySchemes }),
    routes: options.routes,
    about: ABOUT,
    logger,
    now,
    monotonicNow,
    ...(options.fetch && { fetch: options.fetch }),
    limits: options.limits,
    times: { graceMs: 0, ...options.times },
  })
  let check: DescriptionCheck
  try {
    check = descriptionCheckOf(router, securitySchemes)
  } catch (cause) {
    await running.close()
    throw new Error('A router was started that has no description', { cause })
  }
  const faults: string[] = []
  watchAnswers(running.server, (exchange) => faults.push(...check(exchange)))
  return {
    ...running,
    url: baseUrl(running),
    log,
    async close() {
      await running.close()
      recordOutput(log.map((line) => JSON.stringify(line)).join('\n'))
      if (faults.length > 0) throw new Error(`Not as described:\n${faults.join('\n')}`)
    },
  }
}

type DescriptionCheck = ReturnType<typeof createDescriptionCheck>
const checks = new WeakMap<AnyRouter, DescriptionCheck>()

/** Made once for a router: to compile a description takes longer than to start a server. */
function descriptionCheckOf(
  router: AnyRouter,
  securitySchemes: SecuritySchemes | undefined,
): DescriptionCheck {
  const known = checks.get(router)
  if (known) return known
  const check = createDescriptionCheck(describeRouter(router, { securitySchemes }))
  checks.set(router, check)
  return check
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>
