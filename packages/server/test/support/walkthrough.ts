import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './process.ts'

const exec = promisify(execFile)

/** One code block of a Markdown file: what stands behind its language, and its text. */
export interface Block {
  readonly language: string
  readonly words: readonly string[]
  readonly text: string
}

export function readBlocks(file: string): Block[] {
  const markdown = readFileSync(join(ROOT, file), 'utf8')
  return [...markdown.matchAll(/^```(\w+)(.*)\n([^]*?)^```$/gm)].map(
    ([, language, words, text]) => ({
      language: language ?? '',
      words: (words ?? '').trim().split(/\s+/),
      text: text ?? '',
    }),
  )
}

const OWN_SCOPE = '@trpc-hybrid'
const OWN_PACKAGE = 'trpc-hybrid'

const isSource = (path: string) => !path.includes('node_modules')

/** A copy of the project to change, with its packages linked. */
export function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'messages-template-'))
  const parts = ['src', 'test', 'bench', 'scripts', 'examples', 'packages', 'docs']
  const files = [
    'package.json',
    'package-lock.json',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    '.env.example',
  ]
  const settings = readdirSync(ROOT).filter((name) =>
    /^tsconfig|config\.[jt]s$|^\.\w+rc/.test(name),
  )
  for (const part of [...parts, ...files, ...settings]) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter: isSource })
  }
  linkPackages(folder)
  return folder
}

/** The installed packages, and as in an install those of the copy itself. */
function linkPackages(folder: string): void {
  const installed = join(ROOT, 'node_modules')
  const links = join(folder, 'node_modules')
  mkdirSync(links)
  for (const name of readdirSync(installed)) {
    if (name === OWN_SCOPE || name === OWN_PACKAGE) continue
    symlinkSync(join(installed, name), join(links, name))
  }
  symlinkSync(join(folder, 'packages', OWN_PACKAGE), join(links, OWN_PACKAGE))
  mkdirSync(join(links, OWN_SCOPE))
  for (const name of readdirSync(join(installed, OWN_SCOPE))) {
    symlinkSync(join(folder, 'packages', name), join(links, OWN_SCOPE, name))
  }
}

/** An app that `npm create` makes, with the packages of this project as they are built. */
export function createProject(name: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'created-')), name)
  const command = join(ROOT, 'packages/create/dist/command.js')
  execFileSync(process.execPath, [command, folder])
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

function writeBlock(folder: string, { words: [file = ''], text }: Block): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

/**
 * Applies a block that shows a change: lines with `-` are replaced by the lines with `+` beside them,
 * `...` stands for what is left out.
 *
 * @throws {Error} when the file does not hold exactly one such place
 */
function applyDiff(folder: string, { words: [file = ''], text }: Block): void {
  const path = join(folder, file)
  let content = readFileSync(path, 'utf8')
  for (const hunk of text.trimEnd().split(/^\.\.\.\n/m)) {
    const lines = hunk.replace(/\n$/, '').split('\n')
    const side = (mark: string) =>
      lines.filter((line) => !line.startsWith(mark)).map((line) => `${line.slice(1)}\n`)
    const before = side('+').join('')
    if (content.split(before).length !== 2) throw new Error(`${file} has no single place:\n${hunk}`)
    content = content.replace(before, () => side('-').join(''))
  }
  writeFileSync(path, content)
}

/**
 * Runs the lines of a section of docs/add-a-feature.md in a copy of the project, writes its files, and
 * makes its changes. The packages are this project's: nothing is installed or removed.
 */
export async function follow(folder: string, section: string): Promise<void> {
  const blocks = readBlocks('docs/add-a-feature.md').filter(({ words }) => words.at(-1) === section)
  if (blocks.length === 0) throw new Error(`The guide has no section ${section}`)
  const kind = (language: RegExp) => blocks.filter((block) => language.test(block.language))
  for (const { text } of kind(/^sh$/)) {
    const lines = text.trim().split('\n')
    for (const line of lines.filter((one) => !/^npm (un)?install/.test(one)))
      await exec('bash', ['-c', line], { cwd: folder })
  }
  for (const block of kind(/^tsx?$/)) writeBlock(folder, block)
  for (const block of kind(/^diff$/)) applyDiff(folder, block)
}
