import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { pinned } from './cores.ts'
import { serverEnvironment, stopProcess, type StartOptions } from './server-process.ts'
import type { BenchServer } from './servers.ts'
import type { Sample, Subject } from './subject.ts'

/** How many requests stand for a second of load, since their number is fixed. */
const REQUESTS_A_SECOND = 15_000
const RUNNER = fileURLToPath(new URL('load/in-process.js', import.meta.url))

/** A module whose default export is a fetch handler, in a process that asks it itself, one request after the other. */
export async function startInProcess(
  { script }: BenchServer,
  { issuer, core, nodeFlags = [] }: Pick<StartOptions, 'issuer' | 'core' | 'nodeFlags'>,
): Promise<Subject> {
  const [program, ...args] = pinned(core, ['node', ...nodeFlags, RUNNER, script])
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: await serverEnvironment(issuer),
  })
  const answer = async (message: object): Promise<unknown> => {
    const ended = once(child, 'exit').then(() => {
      throw new Error(`${script} ended`)
    })
    child.send(message)
    const [answered] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
    return answered
  }
  return {
    pid: child.pid ?? 0,
    ask: (request) => answer({ request, count: 0 }) as ReturnType<Subject['ask']>,
    load: ({ request, seconds }) =>
      answer({ request, count: seconds * REQUESTS_A_SECOND }) as Promise<Sample>,
    stop: () => stopProcess(child),
  }
}
