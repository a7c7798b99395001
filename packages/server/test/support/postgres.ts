import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithUs } from './end-with-us.ts'
import { findFreePort } from './http.ts'

/** Where Debian has each version's programs. */
const VERSIONS = '/usr/lib/postgresql'

const programs = existsSync(VERSIONS)
  ? readdirSync(VERSIONS)
      .map((version) => join(VERSIONS, version, 'bin'))
      .find((folder) => existsSync(join(folder, 'initdb')))
  : undefined

/** Whether Debian's `postgresql` is there. Tests that need it are skipped without it, and say so. */
export const hasPostgres = programs !== undefined
if (!hasPostgres) console.warn('SKIPPED: tests with PostgreSQL, because there is none here')

/** A PostgreSQL of its own on a free port, whose data is gone with it. */
export async function startPostgres() {
  const port = await findFreePort()
  const data = mkdtempSync(join(tmpdir(), 'postgres-'))
  const user = unprivileged()
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid)
  const program = (name: string) => join(programs ?? '', name)
  const setUp = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync']
  execFileSync(program('initdb'), setUp, { ...user, stdio: 'ignore', cwd: tmpdir() })
  const child = spawn(
    program('postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off'],
    { ...user, stdio: 'ignore', detached: true, cwd: tmpdir() },
  )
  endWithUs(child)
  const isReady = () =>
    spawnSync(program('pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0
  while (!isReady()) {
    if (child.exitCode !== null) throw new Error('postgres ended')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pid: child.pid,
    async end() {
      child.kill('SIGQUIT')
      await once(child, 'close')
    },
  }
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | { readonly uid?: never } {
  if (process.getuid?.() !== 0) return {}
  const id = (which: '-u' | '-g') =>
    Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
