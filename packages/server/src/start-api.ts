import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import type { Config } from './config/config.ts'
import type { Api } from './define-api.ts'
import type { RequestScope } from './http/request-scope.ts'
import type { Log } from './log/logger.ts'
import { closeResources } from './resources.ts'
import { start, type Running } from './start.ts'

export interface ApiStart {
  readonly config: Config
  readonly log: Log
  readonly requestScope: RequestScope
  readonly unhandledRejections?: () => number
  /** Where the development issuer keeps what outlives a restart; without it, nothing does. */
  readonly localIssuerFolder?: string
}

/** Makes what an API is made of, and starts it. What was made is closed where the start fails. */
export async function startApi(api: Api, options: ApiStart): Promise<Running> {
  const { config, log, ...others } = options
  const { router, resources = [], routes } = await api.create(config.own)
  const closeAll = () => closeResources(resources, log.logger)
  try {
    const running = await start(config, {
      router,
      resources,
      routes,
      about: api.about,
      exposeTrpcMessages: api.exposeTrpcMessages,
      parts: api.parts,
      mcpPath: api.mcpPath,
      securitySchemes: api.securitySchemes,
      limits: api.limits,
      logger: log.logger,
      droppedLines: log.droppedLines,
      ...SYSTEM_CLOCKS,
      ...others,
    })
    const close = () => running.close().finally(closeAll)
    return { ...running, close }
  } catch (error) {
    await closeAll()
    throw error
  }
}
