import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithUs } from './end-with-us.ts'
import { recordOutput } from './leaks.ts'

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

const CONDITION = '--conditions=@trpc-hybrid/source'

/** What Node.js runs TypeScript with, the workspaces' packages from their sources. */
export const TYPESCRIPT = [CONDITION, '--import', import.meta.resolve('tsx')]

/** The server from its sources, as a process of its own, in whatever folder. */
export const MAIN = [process.execPath, ...TYPESCRIPT, `${ROOT}src/main.ts`]

/** A folder to work in with a `.env` of its own: that of whoever runs the tests is then not read. */
export function folderWithEnv(text: string | Buffer = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'messages-env-'))
  writeFileSync(join(folder, '.env'), text)
  return folder
}

export interface RunOptions {
  readonly env?: Record<string, string>
  readonly cwd?: string
}

export interface Program {
  readonly child: ChildProcess
  /** All that it has written so far, to both streams. */
  readonly output: () => string
  /** Waits until its output matches; rejects when it ends first. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>
  /** Waits for its end. */
  readonly exit: Promise<number | NodeJS.Signals | null>
}

/** Runs a command with nothing of this environment but what a shell needs to find programs. */
export function run(
  command: readonly string[],
  { env = {}, cwd = ROOT }: RunOptions = {},
): Program {
  const [program = '', ...args] = command
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program, args, { cwd, env: { PATH, HOME, ...env }, detached: true })
  endWithUs(child)
  let output = ''
  const onOutput = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const listener of onOutput) listener()
    })
  }
  const exit = once(child, 'close').then(([code, signal]) => {
    for (const listener of onOutput) listener()
    recordOutput(output)
    return (code ?? signal) as number | NodeJS.Signals | null
  })
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output)
        if (!match && child.exitCode === null && child.signalCode === null) return
        onOutput.delete(look)
        if (match) resolve(match)
        else reject(new Error(`${command.join(' ')} ended without printing ${pattern}:\n${output}`))
      }
      onOutput.add(look)
      look()
    })
  return { child, output: () => output, printed, exit }
}

/** Signals a program and all that it started, as a terminal does. */
export function signal({ child }: Program, name: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, name)
}

/** Ends a program and what it started. */
export async function end(program: Program): Promise<void> {
  if (program.child.exitCode === null && program.child.signalCode === null) {
    try {
      signal(program, 'SIGKILL')
    } catch {
      // it has just ended
    }
  }
  await program.exit
}
