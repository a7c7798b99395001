import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { endWithUs } from './end-with-us.ts'
import { findFreePort, isListening } from './http.ts'

/** Whether Debian's `redis-server` is there. Tests that need it are skipped without it, and say so. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0
if (!hasRedis) console.warn('SKIPPED: tests with Redis, because there is no redis-server here')

/** Where the servers note in Redis since when it has remembered proofs. */
const PROOFS_SINCE = 'messages-api:dpop-proofs-since'

/**
 * A real Redis server on a free port, that comes and goes as a test wants.
 *
 * @param options of the server's own, over those of `launch`
 */
export async function startRedis(options: object = {}) {
  const port = await findFreePort()
  let child = await launch(port, options)
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
    /** Starts it anew at the same address, with nothing in it but a snapshot, where one was made in its `dir`. */
    async revive() {
      child = await launch(port, options)
    },
    /** As if it had remembered proofs for a minute and more, so that a test need not wait for that. */
    grantMemory() {
      const script = `redis.call('SET', KEYS[1], string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') .. ' 1')`
      spawnSync('redis-cli', ['-p', String(port), 'EVAL', script, '1', PROOFS_SINCE])
    },
    /** How often it was sent a command, named in lower case. */
    calls(command: string): number {
      const args = ['-p', String(port), 'INFO', 'commandstats']
      const { stdout } = spawnSync('redis-cli', args, { encoding: 'utf8' })
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stdout)?.[1] ?? 0)
    },
    /** Takes connections, and answers nothing. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

export type TestRedis = Awaited<ReturnType<typeof startRedis>>

export async function launch(port: number, more: object = {}) {
  const options = { port, bind: '127.0.0.1', dir: tmpdir(), save: '', appendonly: 'no', ...more }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn('redis-server', args, { stdio: 'ignore', detached: true })
  endWithUs(child)
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error('redis-server ended')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return child
}
