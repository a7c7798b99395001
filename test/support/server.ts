import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import { loggerOptions } from '../../src/logger.ts'
import { appRouter } from '../../src/router.ts'
import { DEFAULT_LIMITS, type ServerLimits } from '../../src/server.ts'
import { start } from '../../src/start.ts'
import { baseUrl } from './http.ts'
import { AUDIENCE, type TestIssuer } from './issuer.ts'
import type { ApiRouter } from '../../src/trpc.ts'

export interface TestServerOptions {
  readonly issuer: TestIssuer
  /** Settings over those that a test needs. */
  readonly env?: Record<string, string>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** In place of the messages. */
  readonly router?: ApiRouter
  readonly limits?: Partial<ServerLimits>
}

/** The whole server in this process, on a free port, trusting the issuer given. */
export async function startTestServer(options: TestServerOptions) {
  const { issuer, env = {}, now = Date.now, router = appRouter } = options
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    ISSUER_BASE_URL: issuer.url,
    AUTH0_AUDIENCE: AUDIENCE,
    ...env,
  })
  const log: Record<string, unknown>[] = []
  const logger = pino(loggerOptions('debug'), {
    write: (line: string) => log.push(JSON.parse(line) as Record<string, unknown>),
  })
  const running = await start(config, {
    router,
    logger,
    now,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  })
  return { ...running, url: baseUrl(running), log }
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>
