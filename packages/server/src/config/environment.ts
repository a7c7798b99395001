import { readEnvFile, type EnvFile } from './env-file.ts'
import { cleanValues } from './values.ts'

/** What Node.js reads when it starts, before there is a `.env`. */
const READ_BEFORE = [
  ...['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'NODE_USE_ENV_PROXY'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
]

/** The file that was read, and what in it comes too late to have an effect. */
export interface PreparedFile extends EnvFile {
  readonly warnings: readonly string[]
}

/**
 * Adds to `process.env` what `.env` has and the environment lacks, and removes blanks around values there,
 * since OpenTelemetry's SDK reads its variables itself.
 *
 * @returns the file that was read; `undefined` without one that sets anything
 * @throws {ConfigError} when there is a file that can't be read
 */
export function prepareEnvironment(): PreparedFile | undefined {
  const file = readEnvFile()
  const { variables = {} } = file ?? {}
  const tooLate = READ_BEFORE.filter((name) => variables[name] && process.env[name] === undefined)
  Object.assign(process.env, cleanValues({ ...variables, ...process.env }))
  const warnings = tooLate.map(
    (name) =>
      `${name}: has no effect in .env, since Node.js reads it before: set it in the environment`,
  )
  return file && Object.keys(variables).length > 0 ? { ...file, warnings } : undefined
}
