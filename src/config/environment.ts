import { readEnvFile, type EnvFile } from './env-file.ts'
import { cleanValues } from './values.ts'

/**
 * Puts into `process.env` what `.env` has and the environment has not, and cuts what surrounds values
 * there, since OpenTelemetry's SDK reads its variables by itself.
 *
 * @returns the file that was read; `undefined` without one
 * @throws {ConfigError} when there is a file that can't be read
 */
export function prepareEnvironment(): EnvFile | undefined {
  const file = readEnvFile()
  Object.assign(process.env, cleanValues({ ...file?.variables, ...process.env }))
  return file
}
