import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { writeClient } from './client.ts'

const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/** What the compiler takes, in seconds of processor time. */
export interface CompileTime {
  /** Of the app, with its declarations. */
  readonly appSeconds: number
  /** Of a client in another repository, which has the declarations that the app's build wrote for clients. */
  readonly clientSeconds: number
}

export function measureCompileTime(app: string): CompileTime {
  const appSeconds = compile(app)
  const client = writeClient(app, CLIENT, { skipLibCheck: true })
  return { appSeconds, clientSeconds: compile(client) }
}

/** The shell's own measure: Node.js tells nothing of the processor time of a child. */
function compile(folder: string): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >&2'
  const args = ['-c', `{ ${script}; } 2>&1`, 'bash', process.execPath, TSC, '-p', folder]
  const [user, system] = execFileSync('bash', args, { encoding: 'utf8' }).trim().split(' ')
  return Number(user) + Number(system)
}

const CLIENT = `import { createHybridClient } from '@trpc-hybrid/client'
import type { AppRouter } from './types/client.js'

const client = createHybridClient<AppRouter>({ url: 'http://localhost:6060' })
export const count: Promise<number> = client.part0.count.query().then((answer) => answer.count)
`
