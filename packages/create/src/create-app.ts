import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { edit, readFiles, writeFiles, type AppFiles } from './app-files.ts'
import { leaveOut, type Part } from './leave-out.ts'

export { PARTS, type Part } from './leave-out.ts'

export interface AppOptions {
  /** Where the app is to be; its last part is the app's name. */
  readonly folder: string
  /** Without `messages` there is no `demo` either. */
  readonly without?: readonly Part[]
}

/** A reason not to make an app, for the person who asked for one. */
export class CreateError extends Error {}

const TEMPLATE = fileURLToPath(new URL('template', import.meta.url))
const TEMPLATE_NAME = 'messages-api'

/** As npm takes a name without a scope. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/
/** Which npm takes for itself. */
const RESERVED = ['node_modules', 'favicon.ico']

/**
 * Makes an app: the files of the Messages API with a name of its own. Where it throws, nothing was written, unless the
 * disk failed under it.
 *
 * @returns the names of the files
 * @throws {CreateError} where the folder holds something or can't be made, or its name can't be a package's
 */
export function createApp({ folder, without = [] }: AppOptions): string[] {
  const { target, name } = checkFolder(folder)
  const files = filesOf({ template: TEMPLATE, name, without })
  try {
    mkdirSync(target, { recursive: true })
    writeFiles(files, target)
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new CreateError(`${folder} can't be written: ${error.message}`)
  }
  return [...files.keys()].sort()
}

/**
 * Where an app is to be, and what it is called.
 *
 * @throws {CreateError} where the folder holds something, or its name can't be a package's
 */
export function checkFolder(folder: string): { readonly target: string; readonly name: string } {
  const target = resolve(folder)
  const name = basename(target)
  if (!NAME.test(name) || RESERVED.includes(name)) {
    throw new CreateError(`${name} can't be the name of a package: use a-z, 0-9, - and _`)
  }
  if (!existsSync(target)) return { target, name }
  if (!statSync(target).isDirectory()) {
    throw new CreateError(`${folder} is a file: name another folder`)
  }
  if (readdirSync(target).length > 0) {
    throw new CreateError(`${folder} is not empty: name another folder`)
  }
  return { target, name }
}

interface FilesOptions {
  /** The folder of the template. */
  readonly template: string
  readonly name: string
  readonly without: readonly Part[]
}

/** The files of an app, none of which is written yet. */
export function filesOf({ template, name, without }: FilesOptions): AppFiles {
  const files = readFiles(template)
  // npm packs no file of this name
  files.set('.gitignore', files.get('gitignore') ?? '')
  files.delete('gitignore')
  leaveOut(files, without)
  if (name === TEMPLATE_NAME) return files
  edit(files, 'package.json', [[TEMPLATE_NAME, name]])
  edit(files, 'src/api.ts', [["'Messages API'", `'${titleOf(name)}'`]])
  if (files.has('demo/index.html')) {
    edit(files, 'demo/index.html', [['Messages API', titleOf(name)]])
  }
  return files
}

/** `reports-api` as `Reports API`. */
function titleOf(name: string): string {
  const words = name.split(/[._-]+/).filter(Boolean)
  return words
    .map((word) => (word === 'api' ? 'API' : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join(' ')
}
