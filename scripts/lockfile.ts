import { readFileSync } from 'node:fs'
import { TAKEN_IN } from './taken-in.ts'

interface LockedPackage {
  /** Where the package is installed under another name. */
  readonly name?: string
  readonly version: string
  /** An SPDX expression. */
  readonly license?: string
  /** What its author said against it when it was locked. */
  readonly deprecated?: string
  readonly dev?: boolean
  /** Stands for a package of this repository, in one of its folders. */
  readonly link?: boolean
}

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

export interface Dependency {
  readonly name: string
  readonly version: string
  readonly license: string | undefined
  readonly deprecated: string | undefined
  /** Whether it is part of an install for production, alone or inside of one of our packages. */
  readonly production: boolean
  /** Whether package.json names it, not another package. */
  readonly direct: boolean
}

/** As npm takes it: `name@version`. */
export const specOf = ({ name, version }: Dependency): string => `${name}@${version}`

const FOLDER = 'node_modules/'

/** Every dependency in the lockfile of the working directory, without the packages of its own. */
export function readDependencies(): Dependency[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes(FOLDER) && !link)
    .map(([path, { name, version, license, deprecated, dev = false }]) => ({
      name: name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
      version,
      license,
      deprecated,
      production: !dev || TAKEN_IN.includes(path.slice(FOLDER.length)),
      direct: path.lastIndexOf(FOLDER) === 0 && isNamed(packages[''], path.slice(FOLDER.length)),
    }))
}

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/** @param root the project's own entry, which repeats what package.json asks for */
function isNamed(root: LockedPackage | undefined, name: string): boolean {
  const wanted = (root ?? {}) as Readonly<Record<string, unknown>>
  return KINDS.some((kind) => Object.hasOwn(wanted[kind] ?? {}, name))
}
