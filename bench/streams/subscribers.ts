import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pinned } from '../cores.ts'
import type { SubscriptionRequest } from './subscription-request.ts'

const SCRIPT = fileURLToPath(new URL('subscribers.js', import.meta.url))
/** For all of them to be there. */
const OPEN_TIMEOUT_MS = 60_000

export interface Subscribing {
  readonly port: number
  readonly request: SubscriptionRequest
  readonly count: number
  /** The path of a file of access tokens, one a line: each subscriber has the next one. */
  readonly tokensFile: string
  readonly core: number | undefined
}

/** Subscribers in a process of their own, all of whose subscriptions have begun. */
export interface Subscribers {
  /** How many events have come since it was asked before. */
  readonly received: () => Promise<number>
  readonly leave: () => Promise<void>
}

/** @throws where a server refuses a subscription, or takes too long */
export async function subscribe({ request, core, ...rest }: Subscribing): Promise<Subscribers> {
  const settings = JSON.stringify({ ...rest, ...request })
  const [program, ...args] = pinned(core, ['node', SCRIPT, settings])
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const timer = setTimeout(() => child.kill('SIGKILL'), OPEN_TIMEOUT_MS)
  const first = await lines.next()
  clearTimeout(timer)
  if (first.value !== 'open') throw new Error(`${rest.count} subscriptions did not all begin`)
  return {
    async received() {
      child.stdin.write('\n')
      return Number((await lines.next()).value)
    },
    async leave() {
      child.stdin.end()
      await exited
    },
  }
}
