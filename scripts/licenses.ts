import { readDependencies, specOf } from './lockfile.ts'

/** SPDX identifiers of licenses that ask for no more than to be named. */
const PERMISSIVE = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0'],
  ...['ISC', 'MIT', 'MIT-0', 'Python-2.0', 'Unlicense', 'Zlib'],
])

/** Whether an SPDX expression lets one use the package under permissive licenses alone. */
function isPermissive(expression = ''): boolean {
  const flat = expression.replace(/^\((.*)\)$/, '$1')
  if (/[()]/.test(flat)) return false // nested: for a person to read
  return flat
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((license) => PERMISSIVE.has(license)))
}

const dependencies = readDependencies().filter(({ production }) => production)
const licenses = new Set(dependencies.map(({ license }) => license))
for (const license of [...licenses].sort()) {
  const packages = dependencies.filter((dependency) => dependency.license === license)
  console.log(`${license ?? 'No license'} (${packages.length})`)
  console.log(`  ${packages.map(specOf).join(', ')}`)
}

const refused = dependencies.filter(({ license }) => !isPermissive(license))
for (const dependency of refused) {
  console.error(
    `${specOf(dependency)}: ${dependency.license ?? 'no license'} is not a permissive license that scripts/licenses.ts knows`,
  )
}
if (refused.length > 0) process.exitCode = 1
