import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withoutDocs, withoutMessages, type Files } from './leave-out.ts'

/** What a new app may do without. */
export const PARTS = ['messages', 'docs'] as const
export type Part = (typeof PARTS)[number]

export interface AppOptions {
  /** Where the app is to be; its last part is the app's name. */
  readonly folder: string
  readonly without?: readonly Part[]
}

/** A reason not to make an app, for the person who asked for one. */
export class CreateError extends Error {}

const TEMPLATE = fileURLToPath(new URL('template', import.meta.url))
const TEMPLATE_NAME = 'messages-api'

/** As npm takes a name without a scope. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/

/** How a part is left out. */
const LEAVE_OUT: Record<Part, (files: Files) => void> = {
  messages: withoutMessages,
  docs: withoutDocs,
}

/**
 * Makes an app: the files of the Messages API with a name of its own.
 *
 * @returns the names of the files
 * @throws {CreateError} where the folder holds something, or its name can't be a package's
 */
export function createApp({ folder, without = [] }: AppOptions): string[] {
  const target = resolve(folder)
  const name = basename(target)
  if (!NAME.test(name)) {
    throw new CreateError(`${name} can't be the name of a package: use a-z, 0-9, - and _`)
  }
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new CreateError(`${folder} is not empty: name another folder`)
  }
  mkdirSync(target, { recursive: true })
  cpSync(TEMPLATE, target, { recursive: true })
  // npm packs no file of this name
  renameSync(join(target, 'gitignore'), join(target, '.gitignore'))
  const files: Files = {
    edit(file, change) {
      const path = join(target, file)
      const before = readFileSync(path, 'utf8')
      const after = change(before)
      if (after === before) throw new Error(`${file} is not as expected`)
      writeFileSync(path, after)
    },
    remove: (file) => {
      rmSync(join(target, file), { recursive: true })
    },
  }
  for (const part of without) LEAVE_OUT[part](files)
  if (name !== TEMPLATE_NAME) {
    files.edit('package.json', (text) => text.replace(TEMPLATE_NAME, name))
    files.edit('src/api.ts', (text) => text.replace("'Messages API'", `'${titleOf(name)}'`))
  }
  return listFiles(target)
}

/** `reports-api` as `Reports API`. */
function titleOf(name: string): string {
  const words = name.split(/[._-]+/).filter(Boolean)
  return words
    .map((word) => (word === 'api' ? 'API' : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join(' ')
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
