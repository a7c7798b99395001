import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError } from './config-error.ts'
import { parseEnvText } from './env-text.ts'

export interface EnvFile {
  readonly path: string
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Reads the first `.env` there is: in the working folder, else beside the `package.json` of the program that
 * runs, since systemd, pm2 and cron start a server in some other folder. Not with `process.loadEnvFile`: what that makes of
 * blank lines, blank values and byte order marks differs between versions of Node.js.
 *
 * @throws {ConfigError} when it is there and can't be read
 */
export function readEnvFile(
  folders: readonly string[] = [process.cwd(), ...packageFolders(process.argv[1])],
): EnvFile | undefined {
  for (const folder of folders) {
    const path = join(folder, '.env')
    const bytes = readIfThere(path)
    if (bytes) return { path, variables: parseEnvText(decode(bytes, path)) }
  }
  return undefined
}

/** @returns the folder of the nearest `package.json` above a program, where there is one */
function packageFolders(program = ''): string[] {
  for (let folder = dirname(program); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return [folder]
  }
  return []
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigError([`.env: can't be read (${code}): ${path}`])
  }
}

/** Text has no zero bytes; UTF-16, in which PowerShell's `>` writes, has them. */
function decode(bytes: Buffer, path: string): string {
  if (!bytes.includes(0)) return bytes.toString('utf8')
  throw new ConfigError([`.env: is not UTF-8 (is it UTF-16?), save it as UTF-8: ${path}`])
}
