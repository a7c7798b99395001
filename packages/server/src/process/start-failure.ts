import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { RouterError } from 'trpc-hybrid/engine'
import { PortsInUse } from './ports-in-use.ts'

/** Errors that mean an address can't be used. */
const UNUSABLE = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EACCES']

type Settings = Pick<Config, 'host' | 'port' | 'metricsPort' | 'localIssuerPort' | 'issuer'>

/** What was asked for, as far as it is known. */
interface Asked {
  readonly settings?: Settings | undefined
  /** The `.env` that was read. */
  readonly envFile?: { readonly path: string } | undefined
}

/** Why the server did not start: just the text, without a stack, where the person who starts it can fix it. */
export function explainStartFailure(error: unknown, { settings, envFile }: Asked): string {
  if (error instanceof ConfigError) {
    return envFile
      ? `${error.message}\nRead from the environment and ${envFile.path}`
      : error.message
  }
  if (error instanceof RouterError || error instanceof PortsInUse) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code = '', port } = error as SystemError
  if (code === 'EADDRINUSE') {
    return `Port ${port} is already in use: stop the program that uses it, or set ${portSetting(port, settings)} to another one.`
  }
  if (isOfListening(error, settings) && UNUSABLE.includes(code)) {
    return `The server can't listen where HOST and PORT say: ${error.message}`
  }
  if (code === 'ERR_MODULE_NOT_FOUND' && settings && !settings.issuer) {
    return 'No issuer is set, and the local issuer needs the development dependencies: set AUTH0_DOMAIN or ISSUER_BASE_URL, or run npm ci --include=dev.'
  }
  if (code === 'ERR_UNKNOWN_BUILTIN_MODULE') return needsLaterNode(error.message)
  return error.stack ?? error.message
}

interface SystemError extends NodeJS.ErrnoException {
  readonly port?: number
  readonly hostname?: string
}

/** Whether the server's own address is at fault, and not that of a resource, such as a database. */
function isOfListening(
  { syscall, hostname }: SystemError,
  settings: Settings | undefined,
): boolean {
  return syscall === 'listen' || (hostname !== undefined && hostname === settings?.host)
}

/** From which version on a module of Node.js is there, without a flag. */
const SINCE: Readonly<Record<string, string>> = { 'node:sqlite': '22.13' }

function needsLaterNode(message: string): string {
  const [name = 'a module'] = /node:[\w/]+/.exec(message) ?? []
  const since = SINCE[name]
  const wanted = since === undefined ? 'a later version' : `Node.js ${since} or later`
  return `This app uses ${name}, which Node.js ${process.versions.node} does not have: run it with ${wanted}.`
}

function portSetting(port: number | undefined, settings: Settings | undefined): string {
  if (port === settings?.metricsPort) return 'METRICS_PORT'
  return port === settings?.localIssuerPort ? 'LOCAL_ISSUER_PORT' : 'PORT'
}
