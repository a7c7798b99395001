import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Names the folder in which a run gathers what its servers wrote; set by `search-output.ts`. */
export const FOLDER_VARIABLE = 'MESSAGES_TEST_OUTPUT'

/** So much of a part of a token is a leak: it is no other word by chance. */
const TELLING_CHARS = 40
const WORDS = /[\w-]{40,}/g
const ANY_JWT = /eyJ[\w-]{10,}\.[\w-]{10,}/g

/** Keeps a token, to be looked for in all that is written in this run. */
export function recordToken(token: string): void {
  record('tokens', token)
}

/** Keeps what a server has written. */
export function recordOutput(text: string): void {
  record('output', text)
}

function record(name: string, text: string): void {
  const folder = process.env[FOLDER_VARIABLE]
  if (folder !== undefined && text !== '') appendFileSync(join(folder, name), `${text}\n`)
}

/** Every token, or part of one, in what was written: those recorded, and whatever looks like a JWT. */
export function findLeaks(folder: string): string[] {
  const read = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''
  const parts = read('tokens').split(/[.\n]/)
  const telling = new Set(parts.map((part) => part.slice(0, TELLING_CHARS)))
  const output = read('output')
  const words = output.match(WORDS) ?? []
  return [
    ...(output.match(ANY_JWT) ?? []),
    ...words.filter((word) => telling.has(word.slice(0, TELLING_CHARS))),
  ]
}
