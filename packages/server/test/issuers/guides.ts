import { readFileSync } from 'node:fs'
import dotenv from 'dotenv'
import { ROOT } from '../support/process.ts'

/** What a guide says: the settings, and the claims of an admin's access token. */
export interface Guide {
  readonly settings: Record<string, string>
  readonly claims: Record<string, unknown>
}

export function readGuide(name: string): Guide {
  const text = readFileSync(`${ROOT}docs/issuers/${name}.md`, 'utf8')
  return {
    settings: dotenv.parse(firstBlock(text, 'sh')),
    claims: JSON.parse(firstBlock(text, 'json')) as Record<string, unknown>,
  }
}

function firstBlock(text: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(text)?.[1] ?? ''
}
