import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { checkFolder, CreateError, type AppOptions } from './create-app.ts'
import { goneWith, PARTS, type Part } from './leave-out.ts'

export const DEFAULT_FOLDER = 'my-api'

const QUESTIONS: Readonly<Record<Part, string>> = {
  messages: 'Keep the three messages, an example to replace?',
  demo: 'Keep the demo, a React page that signs in and shows them?',
  docs: 'Keep the docs page at /docs?',
  issuer: 'Keep the issuer for development, so that no account is needed?',
}

/** What is known of an app already. */
export interface Known {
  readonly folder?: string | undefined
  /** Which parts are to be kept. It says nothing of those that are asked for. */
  readonly keep: Readonly<Partial<Record<Part, boolean | undefined>>>
}

export interface Terminal {
  readonly input: Readable
  readonly output: Writable
}

/** Whoever was asked left before the last answer (Ctrl-C, Ctrl-D). */
export class LeftError extends Error {}

/**
 * Asks a person for what isn't known of an app. Enter alone is yes, or the name that stands there.
 *
 * @throws {LeftError}
 * @throws {CreateError} where the folder that is known can't be used: then nothing is asked
 */
export async function askFor(
  { folder, keep }: Known,
  { input, output }: Terminal,
): Promise<Required<AppOptions>> {
  if (folder !== undefined) checkFolder(folder)
  const lines = createInterface({ input, output })
  const ask = asker(lines)
  try {
    const wanted = folder ?? (await askFolder(ask, output))
    const without: Part[] = []
    for (const part of PARTS) {
      if (goneWith(without).includes(part)) continue
      if (!(keep[part] ?? (await askYesOrNo(ask, QUESTIONS[part])))) without.push(part)
    }
    return { folder: wanted, without }
  } finally {
    lines.close()
  }
}

type Ask = (question: string) => Promise<string>

/** Gives the lines that follow a question, those too that were typed before it was asked. */
function asker(lines: Interface): Ask {
  const typed: string[] = []
  let isClosed = false
  let wake: () => void = () => undefined
  lines.on('line', (line) => {
    typed.push(line)
    wake()
  })
  lines.on('close', () => {
    isClosed = true
    wake()
  })
  return async (question) => {
    lines.setPrompt(`${question} `)
    if (!isClosed) lines.prompt()
    for (;;) {
      const line = typed.shift()
      if (line !== undefined) return line.trim()
      if (isClosed) throw new LeftError()
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
}

async function askFolder(ask: Ask, output: Writable): Promise<string> {
  for (;;) {
    const folder = (await ask(`What is the API called? (${DEFAULT_FOLDER})`)) || DEFAULT_FOLDER
    try {
      checkFolder(folder)
      return folder
    } catch (error) {
      if (!(error instanceof CreateError)) throw error
      output.write(`${error.message}\n`)
    }
  }
}

async function askYesOrNo(ask: Ask, question: string): Promise<boolean> {
  for (;;) {
    const answer = (await ask(`${question} (Y/n)`)).toLowerCase()
    if (['', 'y', 'yes'].includes(answer)) return true
    if (['n', 'no'].includes(answer)) return false
  }
}
