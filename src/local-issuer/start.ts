import { join } from 'node:path'
import type { Logger } from 'pino'
import { AUTH0_CLAIM } from '../auth/access-token.ts'
import { auth0Metadata, type IssuerMetadata } from '../auth/issuer-metadata.ts'
import type { Config } from '../config/config.ts'

/**
 * How the local issuer's tokens are read: as Auth0's, whatever the settings say of the tokens of an
 * issuer that is not set.
 */
const TOKEN_FORMAT = {
  permissionsClaim: AUTH0_CLAIM,
  audienceClaim: 'aud',
  signingAlgs: ['RS256'],
} as const satisfies Partial<Config>

interface StartOptions {
  readonly logger: Logger
  /** Every permission that the API asks for: the local admin has them all. */
  readonly permissions: readonly string[]
  readonly localIssuerFolder?: string
}

/**
 * Starts the local issuer as the server's settings want it. The issuer itself is loaded on demand: an
 * install for production does not have what it is made of.
 */
export async function startLocalIssuer(
  config: Config,
  { logger, permissions, localIssuerFolder }: StartOptions,
): Promise<IssuerMetadata & { tokenFormat: typeof TOKEN_FORMAT; close: () => Promise<void> }> {
  const local = await import('./local-issuer.ts')
  const port = config.localIssuerPort
  const addresses = ownOrigins(config)
  const { issuer, close } = await local.startLocalIssuer({
    port,
    audience: config.audiences[0],
    resources: config.publicUrl === undefined ? addresses : [config.publicUrl, ...addresses],
    permissions,
    allowedOrigins: [...config.clientOrigins, ...addresses],
    stateFile: stateFile(localIssuerFolder, port),
    onError: (err) => {
      logger.error({ err }, 'the local issuer failed')
    },
  })
  return { ...auth0Metadata(issuer), tokenFormat: TOKEN_FORMAT, close }
}

/** One for each port. On any free port, the next run is another issuer, which nobody is signed in at. */
const stateFile = (folder: string | undefined, port: number) =>
  folder === undefined || port === 0 ? undefined : join(folder, `${port}.json`)

/** Where the API's own page may be looked at, which signs in at the local issuer too. */
function ownOrigins({ publicUrl, port }: Config): string[] {
  const local = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  return publicUrl === undefined ? local : [new URL(publicUrl).origin, ...local]
}
