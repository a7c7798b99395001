import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { readDependencies, specOf, type Dependency } from './lockfile.ts'

/**
 * Refuses deprecated dependencies. The lockfile knows of all of them, as of when each was locked; the
 * registry is asked about those that production installs by name, with `--all` about every one that
 * package.json names.
 */

const exec = promisify(execFile)
const AT_ONCE = 4
const OPTIONS = ['--json', '--fetch-retries=0', '--fetch-timeout=10000', '--prefer-online']

interface Finding {
  readonly spec: string
  /** Why its author gave it up; `undefined` while it is kept. */
  readonly deprecated?: string | undefined
  /** The registry could not say. */
  readonly unknown?: string
}

async function askRegistry(dependency: Dependency): Promise<Finding> {
  const spec = specOf(dependency)
  try {
    const { stdout } = await exec('npm', ['view', spec, 'deprecated', ...OPTIONS])
    return { spec, deprecated: stdout.trim() === '' ? undefined : String(JSON.parse(stdout)) }
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string }
    return { spec, unknown: /"code": "(\w+)"/.exec(stdout)?.[1] ?? String(error) }
  }
}

async function askForAll(dependencies: readonly Dependency[]): Promise<Finding[]> {
  const [first, ...others] = dependencies
  if (first === undefined) return []
  const findings = [await askRegistry(first)]
  if (findings[0]?.unknown !== undefined) return findings // the others would only wait as long
  const worker = async () => {
    for (let next = others.pop(); next !== undefined; next = others.pop()) {
      findings.push(await askRegistry(next))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return findings
}

const dependencies = readDependencies()
const all = process.argv.includes('--all')
const named = dependencies.filter(({ direct, production }) => direct && (all || production))
const locked = dependencies.map((dependency) => ({
  spec: specOf(dependency),
  deprecated: dependency.deprecated,
}))
const asked = await askForAll(named)

const deprecated = new Map<string, string>()
for (const { spec, deprecated: reason } of [...locked, ...asked]) {
  if (reason !== undefined) deprecated.set(spec, reason)
}
const unknown = asked.filter((finding) => finding.unknown !== undefined)

for (const [spec, reason] of deprecated) console.error(`${spec} is deprecated: ${reason}`)
for (const { spec, unknown: why } of unknown) {
  console.log(`NOT CHECKED: the registry did not answer for ${spec} (${why ?? ''})`)
}
console.log(
  `${dependencies.length} dependencies checked by the lockfile, ` +
    `${asked.length - unknown.length} of ${named.length} at the registry: ${deprecated.size} deprecated`,
)
if (deprecated.size > 0) process.exitCode = 1
