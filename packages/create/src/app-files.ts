import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** The files of an app that is being made: their texts by their names, with `/` between folders. */
export type AppFiles = Map<string, string>

export function readFiles(folder: string): AppFiles {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const nameOf = (path: string) => relative(folder, path).split(sep).join('/')
  return new Map(paths.map((path) => [nameOf(path), readFileSync(path, 'utf8')]))
}

/** @throws as `node:fs` does, for example where the folder may not be written */
export function writeFiles(files: AppFiles, folder: string): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** What is replaced by what. */
type Change = readonly [before: RegExp | string, after: string]

/** @throws {Error} where one of the changes changes nothing: then the template is another one than was thought */
export function edit(files: AppFiles, name: string, changes: readonly Change[]): void {
  let text = textOf(files, name)
  for (const [before, after] of changes) {
    const changed = text.replace(before, after)
    if (changed === text) throw new Error(`${name} has no ${before}`)
    text = changed
  }
  files.set(name, text)
}

/** @throws {Error} where there is no such file */
export function textOf(files: AppFiles, name: string): string {
  const text = files.get(name)
  if (text === undefined) throw new Error(`${name} is missing`)
  return text
}

/**
 * @param name of a file, or of a folder
 * @throws {Error} where there is none
 */
export function remove(files: AppFiles, name: string): void {
  const found = [...files.keys()].filter((one) => one === name || one.startsWith(`${name}/`))
  if (found.length === 0) throw new Error(`${name} is missing`)
  for (const one of found) files.delete(one)
}
