import { join } from 'node:path'
import type { Logger } from 'pino'
import { AUTH0_CLAIM, auth0Metadata, type IssuerMetadata } from '@trpc-hybrid/access-token/engine'
import type { Config } from '../config/config.ts'

/**
 * How the local issuer's tokens are read: like Auth0's. The settings for the tokens of another issuer don't
 * apply.
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
  /** Where tools are served, which a client may name as its resource; `undefined` where there are none. */
  readonly mcpPath: string | undefined
  /** Where it keeps what outlives a restart; without it, nothing does. */
  readonly folder: string | undefined
}

interface LocalIssuer extends IssuerMetadata {
  readonly tokenFormat: typeof TOKEN_FORMAT
  /** The names of those who can sign in, by subject. */
  readonly people: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/**
 * Starts the local issuer according to the server's settings. Its code is loaded on demand, because an
 * install for production does not have the packages for it.
 */
export async function startLocalIssuer(
  config: Config,
  { logger, permissions, mcpPath, folder }: StartOptions,
): Promise<LocalIssuer> {
  const local = await import('@trpc-hybrid/dev-issuer')
  const port = config.localIssuerPort
  const addresses = ownOrigins(config)
  const resources = config.publicUrl === undefined ? addresses : [config.publicUrl, ...addresses]
  const { issuer, close } = await local.startDevIssuer({
    port,
    audience: config.audiences[0],
    resources: mcpPath === undefined ? resources : resources.flatMap((one) => [one, one + mcpPath]),
    permissions,
    allowedOrigins: [...config.clientOrigins, ...addresses],
    stateFile: stateFile(folder, port),
    onError: (err) => {
      logger.error({ err }, 'the local issuer failed')
    },
  })
  const people = Object.fromEntries(local.PEOPLE.map(({ subject, name }) => [subject, name]))
  return { ...auth0Metadata(issuer), tokenFormat: TOKEN_FORMAT, people, close }
}

/**
 * One file for each port. On a random free port, the next run is a different issuer, at which nobody is
 * signed in.
 */
const stateFile = (folder: string | undefined, port: number) =>
  folder === undefined || port === 0 ? undefined : join(folder, `${port}.json`)

/** Origins of the API's own docs page, which signs in at the local issuer too. */
function ownOrigins({ publicUrl, port }: Config): string[] {
  const local = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  return publicUrl === undefined ? local : [new URL(publicUrl).origin, ...local]
}
