import { cpSync, mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { ROOT, run } from './process.ts'

/** What the Dockerfile makes: a folder, and how it is run. */
export interface Image {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly command: readonly string[]
  readonly healthCheck: readonly string[]
  /** Takes every stage's folder away: together they are half a gigabyte. */
  readonly remove: () => Promise<void>
}

interface Stage {
  readonly name: string
  /** Stands for `/` of the image. */
  readonly root: string
  readonly env: Record<string, string>
  folder: string
  user: string
  command: readonly string[]
  healthCheck: readonly string[]
}

/**
 * Does what the Dockerfile says, without Docker: each stage is a folder, in which this machine's Node.js
 * runs the commands. It knows the instructions that are in use; any other is an error.
 */
export async function buildImage(): Promise<Image> {
  const stages: Stage[] = []
  for (const [instruction, text] of readInstructions()) {
    if (instruction === 'FROM') {
      stages.push(startStage(text))
      continue
    }
    const stage = stages.at(-1)
    if (!stage) throw new Error('There is no FROM')
    if (instruction === 'COPY') copy(text, stage, stages)
    else if (instruction === 'RUN') await runIn(stage, text)
    else set(stage, instruction, text)
  }
  const image = stages.at(-1)
  if (!image) throw new Error('There is no FROM')
  const remove = async () => {
    for (const { root } of stages) await rm(root, { recursive: true })
  }
  return { ...image, remove }
}

function readInstructions(): [instruction: string, text: string][] {
  const lines = readFileSync(`${ROOT}Dockerfile`, 'utf8').replaceAll('\\\n', ' ').split('\n')
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const space = line.indexOf(' ')
      return [line.slice(0, space), line.slice(space + 1).trim()]
    })
}

function startStage(text: string): Stage {
  const root = mkdtempSync(join(tmpdir(), 'messages-image-'))
  const name = / AS (\S+)$/.exec(text)?.[1] ?? ''
  return { name, root, folder: root, env: {}, user: 'root', command: [], healthCheck: [] }
}

function set(stage: Stage, instruction: string, text: string): void {
  const [name = '', value = ''] = text.split('=')
  if (instruction === 'WORKDIR') mkdirSync((stage.folder = join(stage.root, text)))
  else if (instruction === 'ENV') stage.env[name] = value
  else if (instruction === 'USER') stage.user = text
  else if (instruction === 'CMD') stage.command = JSON.parse(text) as string[]
  else if (instruction === 'HEALTHCHECK')
    stage.healthCheck = JSON.parse(text.slice(text.indexOf('CMD ') + 4)) as string[]
  else if (instruction !== 'EXPOSE') throw new Error(`${instruction} is not known here`)
}

function copy(text: string, stage: Stage, stages: readonly Stage[]): void {
  const words = text.split(' ')
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const other = stages.find(({ name }) => name === from)
  const destination = words.pop() ?? ''
  for (const word of words) {
    if (!other && !isInContext(word)) throw new Error(`.dockerignore leaves out ${word}`)
    const source = other ? join(other.root, word) : join(ROOT, word)
    const target = resolve(stage.folder, destination)
    const isFolder = statSync(source).isDirectory()
    cpSync(source, isFolder ? target : join(target, basename(source)), {
      recursive: true,
      verbatimSymlinks: true, // links within the image stay within it
    })
  }
}

/** `.dockerignore` leaves out everything but what it names. */
function isInContext(path: string): boolean {
  const [first, ...named] = readFileSync(`${ROOT}.dockerignore`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (first !== '*') throw new Error('.dockerignore must begin with *')
  return named.includes(`!${path}`)
}

async function runIn(stage: Stage, text: string): Promise<void> {
  const program = run(['sh', '-c', text], { cwd: stage.folder, env: stage.env })
  const status = await program.exit
  if (status !== 0) throw new Error(`${text} ended with ${status}:\n${program.output()}`)
}
