import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeServer, listenOnLoopback } from '../../packages/server/test/support/http.ts'
import { ROOT, run } from '../../packages/server/test/support/process.ts'

const TSX = import.meta.resolve('tsx')

interface Locked {
  readonly [other: string]: unknown
  readonly name?: string
  readonly version?: string
}
type Packages = Record<string, Locked>

/** A project that has just a lockfile. */
function projectWith(packages: Packages): string {
  const folder = mkdtempSync(join(tmpdir(), 'messages-locked-'))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
  return folder
}

async function runScript(name: string, options: { cwd?: string; env?: Record<string, string> }) {
  const program = run([process.execPath, '--import', TSX, `${ROOT}scripts/${name}.ts`], options)
  return { exit: await program.exit, output: program.output() }
}

/** The folder of one of this repository's own packages, if that is what an entry stands for. */
const targetOf = ({ link, resolved }: Locked) => (link === true ? String(resolved) : '-')

function readLockfile(path: string): { packages: Packages } {
  return JSON.parse(readFileSync(ROOT + path, 'utf8')) as { packages: Packages }
}

describe.each(['package-lock.json', 'bench/package-lock.json'])('%s', (path) => {
  const { packages } = readLockfile(path)
  const entries = Object.entries(packages).filter(
    ([folder, { link }]) => folder.includes('node_modules/') && !link,
  )

  it('names no registry and no other host to install from', () => {
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    const versions = entries.map(([, { version }]) => version ?? '')
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([])
    const links = Object.values(packages).filter(({ link }) => link)
    for (const { resolved } of links) expect(resolved).toMatch(/^packages\/[\w-]+$/)
  })

  it('has a hash of every package', () => {
    const bundled = (entry: Locked) => entry['inBundle'] === true
    const unhashed = entries.filter(([, entry]) => !bundled(entry) && !entry['integrity'])
    expect(unhashed.map(([folder]) => folder)).toEqual([])
  })
})

describe('npm run licenses', () => {
  it('lists what production installs, all under permissive licenses', async () => {
    const { exit, output } = await runScript('licenses', {})
    expect(output).toMatch(/^MIT \(\d+\)\n.*\bjose@/m)
    expect(output).not.toContain('vitest@')
    expect(exit).toBe(0)
  })

  it('refuses by name what production installs under other licenses, and nothing else', async () => {
    const refused = [
      'GPL-3.0-only',
      'MPL-2.0',
      'SEE LICENSE IN LICENSE.txt',
      'MIT AND LGPL-2.1-only',
    ]
    const taken = ['(MIT OR GPL-2.0-only)', 'BSD-2-Clause AND ISC']
    const packages: Packages = {
      'node_modules/without': { version: '1.0.0' },
      'node_modules/development': { version: '1.0.0', dev: true },
    }
    for (const [index, license] of [...refused, ...taken].entries()) {
      packages[`node_modules/some-${index}`] = { version: '1.0.0', license }
    }
    const { exit, output } = await runScript('licenses', { cwd: projectWith(packages) })
    expect(exit).toBe(1)
    const names = [...output.matchAll(/^(\S+)@1\.0\.0: /gm)].map(([, name]) => name)
    expect(names.sort()).toEqual(['some-0', 'some-1', 'some-2', 'some-3', 'without'])
  })
})

describe('npm run sbom', () => {
  it('lists in CycloneDX what production installs, and what is inside of our own packages', async () => {
    const { exit, output } = await runScript('sbom', {})
    expect(exit).toBe(0)
    const sbom = JSON.parse(output) as {
      bomFormat: string
      metadata: { component: { name: string } }
      components: { purl: string }[]
      dependencies: { ref: string; dependsOn: string[] }[]
    }
    expect(sbom.bomFormat).toBe('CycloneDX')
    expect(sbom.metadata.component.name).toBe('messages-api')

    const { packages } = readLockfile('package-lock.json')
    const installed = Object.entries(packages)
      .map(([folder, entry]) => [folder, { ...entry, ...packages[targetOf(entry)] }] as const)
      .filter(
        ([folder, { dev }]) =>
          (folder.includes('node_modules/') && !dev) || folder === 'node_modules/trpc-openapi',
      )
      .map(([folder, { name, version }]) => {
        const installedAs = folder.slice(folder.lastIndexOf('node_modules/') + 13)
        return `pkg:npm/${name ?? installedAs}@${version ?? ''}`
      })
    const listed = sbom.components.map(({ purl }) => decodeURIComponent(purl))
    expect(new Set(listed)).toEqual(new Set(installed))

    const refs = new Set(sbom.dependencies.map(({ ref }) => ref))
    const dangling = sbom.dependencies.flatMap(({ dependsOn }) => dependsOn)
    expect(dangling.filter((ref) => !refs.has(ref))).toEqual([])
  })
})

describe('npm run check:dependencies', () => {
  const PACKAGES = {
    '': { dependencies: { some: '^1.0.0' }, devDependencies: { tool: '^1.0.0' } },
    'node_modules/some': { version: '1.0.0' },
    'node_modules/some/node_modules/deep': { version: '2.0.0', deprecated: 'too old' },
    'node_modules/tool': { version: '1.0.0', dev: true },
  }
  const cwd = projectWith(PACKAGES)

  it('fails where the lockfile or the registry calls a dependency deprecated, and says why', async () => {
    const registry = createServer((_req, res) => {
      const version = { name: 'some', version: '1.0.0', deprecated: 'use other', dist: {} }
      const tags = { latest: '1.0.0' }
      const body = { name: 'some', 'dist-tags': tags, versions: { '1.0.0': version } }
      res.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    })
    const url = `http://127.0.0.1:${await listenOnLoopback(registry)}`
    const cache = mkdtempSync(join(tmpdir(), 'messages-cache-'))
    const env = { npm_config_registry: url, npm_config_cache: cache }
    const { exit, output } = await runScript('check-dependencies', { cwd, env })
    await closeServer(registry)
    expect(output).toContain('some@1.0.0 is deprecated: use other')
    expect(output).toContain('deep@2.0.0 is deprecated: too old')
    expect(output).toContain('3 dependencies checked by the lockfile, 1 of 1 at the registry')
    expect(exit).toBe(1)
  })

  it('says so where the registry can not be reached', async () => {
    const env = { npm_config_registry: 'http://127.0.0.1:1' }
    const packages = { ...PACKAGES, 'node_modules/some/node_modules/deep': { version: '2.0.0' } }
    const options = { cwd: projectWith(packages), env }
    const { exit, output } = await runScript('check-dependencies', options)
    expect(output).toContain(
      'NOT CHECKED: the registry did not answer for some@1.0.0 (ECONNREFUSED)',
    )
    expect(output).toContain('0 of 1 at the registry')
    expect(exit).toBe(0)
  })
})
