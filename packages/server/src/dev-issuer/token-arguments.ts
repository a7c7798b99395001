import { loadConfig, type Config } from '../config/config.ts'

/** The settings that a token depends on. */
export const TOKEN_SETTINGS = ['LOCAL_ISSUER_PORT', 'AUTH0_AUDIENCE', 'CLIENT_ORIGIN_URL'] as const

/**
 * What `npm run token` must be told in a shell without the server's settings: `NAME=value` for each setting
 * that the token depends on and that is not the default.
 */
export function tokenArguments(config: Config, localIssuer: string): string[] {
  const defaults = loadConfig({})
  const port = new URL(localIssuer).port
  const [audience] = config.audiences
  const [origin = ''] = config.clientOrigins
  return [
    ...(port === String(defaults.localIssuerPort) ? [] : [`LOCAL_ISSUER_PORT=${port}`]),
    ...(audience === defaults.audiences[0] ? [] : [`AUTH0_AUDIENCE=${audience}`]),
    ...(origin === defaults.clientOrigins[0] ? [] : [`CLIENT_ORIGIN_URL=${origin}`]),
  ]
}

/** @returns the settings that arguments name */
export function settingsIn(args: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    args.map((arg) => {
      const [name = ''] = arg.split('=')
      return [name, arg.slice(name.length + 1)]
    }),
  )
}
