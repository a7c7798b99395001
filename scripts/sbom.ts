import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { TAKEN_IN } from './taken-in.ts'

/** The parts of CycloneDX that are looked at; the rest goes through as npm wrote it. */
interface Sbom {
  readonly metadata: { readonly component: { readonly name: string } }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly properties: readonly { readonly name: string }[]
}

const DEVELOPMENT = 'cdx:npm:package:development'

const sbom = JSON.parse(
  execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
) as Sbom
const { name } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string }
console.log(JSON.stringify(forProduction(sbom, name), null, 2))

/**
 * What a production install holds, alone or inside of our own packages. npm's own `--omit dev` also leaves out what production and
 * development both use; and it names the project after its folder.
 */
function forProduction(all: Sbom, project: string): Sbom {
  const components = all.components.filter(
    ({ name, properties }) =>
      TAKEN_IN.includes(name) || !properties.some((property) => property.name === DEVELOPMENT),
  )
  const kept = new Set(components.map((component) => component['bom-ref']))
  const dependencies = all.dependencies
    .filter(({ ref }, index) => index === 0 || kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }))
  const component = { ...all.metadata.component, name: project }
  return { ...all, metadata: { ...all.metadata, component }, components, dependencies }
}
