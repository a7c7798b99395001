import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeServer, listenOnLoopback } from './http.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Published {
  readonly manifest: Manifest
  readonly tarball: Buffer
}

/**
 * An npm registry on loopback that has our packages and knows where all others are.
 *
 * @param tarballs a folder of packed packages
 * @param others where requests for other packages are sent
 */
export async function startRegistry(tarballs: string, others: string) {
  const published: Published[] = []
  const add = (folder: string) => {
    for (const file of readdirSync(folder)) {
      const path = join(folder, file)
      const args = ['-xOzf', path, 'package/package.json']
      const manifest = JSON.parse(execFileSync('tar', args, { encoding: 'utf8' })) as Manifest
      published.push({ manifest, tarball: readFileSync(path) })
    }
  }
  add(tarballs)

  const server = createServer(({ url = '' }, res) => {
    const [name = '', file] = decodeURIComponent(url.slice(1)).split('/-/')
    const versions = published.filter(({ manifest }) => manifest.name === name)
    const wanted = versions.find(({ manifest }) => file === fileOf(manifest))
    if (versions.length === 0) res.writeHead(302, { location: new URL(url, others).href }).end()
    else if (file === undefined) res.end(JSON.stringify(packument(versions, url)))
    else if (wanted) res.end(wanted.tarball)
    else res.writeHead(404).end()
  })
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`

  function packument(versions: readonly Published[], path: string): object {
    const entries = versions.map(({ manifest, tarball }) => {
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const dist = { tarball: `${url}${path}/-/${fileOf(manifest)}`, integrity }
      return [manifest.version, { ...manifest, dist }] as const
    })
    const latest = versions.at(-1)?.manifest
    return {
      name: latest?.name,
      'dist-tags': { latest: latest?.version },
      versions: Object.fromEntries(entries),
    }
  }

  return {
    url,
    /** Publishes every package again under another version, as a release of all of them does. */
    release(version: string): void {
      const before = published[0]?.manifest.version ?? ''
      const names = published.map(({ manifest }) => manifest.name)
      add(repacked(tarballs, { names, before, version }))
    },
    close: () => closeServer(server),
  }
}

const fileOf = ({ name, version }: Manifest) =>
  `${name.replace('@', '').replace('/', '-')}-${version}.tgz`

/** @returns a folder with the packages of another, of a later version and pinned to it */
function repacked(
  folder: string,
  { names, before, version }: { names: readonly string[]; before: string; version: string },
): string {
  const target = mkdtempSync(join(tmpdir(), 'release-'))
  for (const file of readdirSync(folder)) {
    const work = mkdtempSync(join(tmpdir(), 'repack-'))
    execFileSync('tar', ['-xzf', join(folder, file), '-C', work])
    const path = join(work, 'package/package.json')
    const text = names.reduce(
      (changed, name) => changed.replaceAll(`"${name}": "${before}"`, `"${name}": "${version}"`),
      readFileSync(path, 'utf8').replace(`"version": "${before}"`, `"version": "${version}"`),
    )
    writeFileSync(path, text)
    execFileSync('tar', ['-czf', join(target, file), '-C', work, 'package'])
  }
  return target
}
