import { loadConfig } from './config/config.ts'
import type { AnyRouter } from '@trpc/server'
import type { Api } from './define-api.ts'
import type { CallAs } from './jobs/call-as.ts'
import { createRequestScope } from './http/request-scope.ts'
import { createLog } from './log/logger.ts'
import { publicly } from './publicly.ts'
import { startApi } from './start-api.ts'

/** A server that listens. */
export interface Running<Router extends AnyRouter = AnyRouter> {
  /** Where it is reached on this machine, such as `http://localhost:6060`. */
  readonly url: string
  /** Where its development issuer is, such as `http://localhost:6061/`; `undefined`: none runs. */
  readonly devIssuer: string | undefined
  /**
   * Calls procedures in this process, as a person of whom no token is asked, or as nobody: `call({}, …)`. Each call
   * is logged, measured and traced. What a procedure refuses is thrown as by tRPC's own callers: a `TRPCError`,
   * whose cause may be a `FeatureError`. There is no rate limit and no time limit, but procedures are told by their
   * signal when the server stops. After `close()` it rejects.
   *
   * @example await running.call({ subject: 'cron', permissions: ['write:reports'] }, (caller) => caller.reports.add({ title }))
   */
  readonly call: CallAs<Router>
  /** Says at `/readyz` that it is stopping, lets open requests end, then ends everything that runs. */
  readonly close: () => Promise<void>
}

/** The environment: settings by their names. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Starts an API in this process, for tests and for programs that look after themselves: neither `.env` nor
 * signals are touched.
 *
 * @param options `env`: the settings; those of the process unless they are given. `PORT: '0'` takes a free port
 * @throws {ConfigError} with every setting that can't be used
 * @throws {RouterError} with every procedure that can't be served or described
 */
export async function serve<Router extends AnyRouter>(
  api: Api<Router>,
  { env = process.env }: { readonly env?: Environment } = {},
): Promise<Running<Router>> {
  const config = loadConfig(env, api.settings)
  const log = await createLog({ level: config.logLevel, production: config.production })
  return publicly(await startApi(api, { config, log, requestScope: createRequestScope() }), config)
}
