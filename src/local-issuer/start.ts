import type { Logger } from 'pino'
import { auth0Metadata, type IssuerMetadata } from '../auth/issuer-metadata.ts'
import type { Config } from '../config/config.ts'

/**
 * Starts the local issuer as the server's settings want it. The issuer itself is loaded on demand: an
 * install for production does not have what it is made of.
 */
export async function startLocalIssuer(
  config: Config,
  logger: Logger,
): Promise<IssuerMetadata & { close: () => Promise<void> }> {
  const local = await import('./local-issuer.ts')
  const { issuer, close } = await local.startLocalIssuer({
    port: config.localIssuerPort,
    audience: config.audiences[0],
    allowedOrigins: [...config.clientOrigins, ...ownOrigins(config)],
    onError: (err) => {
      logger.error({ err }, 'the local issuer failed')
    },
  })
  return { ...auth0Metadata(issuer), close }
}

/** Where the API's own page may be looked at, which signs in at the local issuer too. */
function ownOrigins({ publicUrl, port }: Config): string[] {
  const local = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  return publicUrl === undefined ? local : [new URL(publicUrl).origin, ...local]
}
