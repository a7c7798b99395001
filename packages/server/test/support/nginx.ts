import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort, isListening } from './http.ts'
import { end, ROOT, run } from './process.ts'

/** Whether Debian's `nginx` is there. Tests that need it are skipped without it, and say so. */
export const hasNginx = spawnSync('nginx', ['-v']).status === 0
if (!hasNginx) console.warn('SKIPPED: tests with nginx, because there is no nginx here')

/**
 * nginx with deploy/nginx.conf, in which only addresses and the folder for its files are others.
 *
 * @param path under which it passes on, and which it takes off, as deploy/README.md says
 */
export async function startNginx(ports: readonly [number, number], path = '/') {
  const port = await findFreePort()
  const folder = mkdtempSync(join(tmpdir(), 'messages-nginx-'))
  chmodSync(folder, 0o755) // its workers are not root
  const config = join(folder, 'nginx.conf')
  const text = withPath(readFileSync(`${ROOT}deploy/nginx.conf`, 'utf8'), path)
    .replaceAll(' /tmp/', ` ${folder}/`)
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replace('api-1:6060', `127.0.0.1:${ports[0]}`)
    .replace('api-2:6060', `127.0.0.1:${ports[1]}`)
  writeFileSync(config, text)
  const program = run(['nginx', '-e', 'stderr', '-c', config, '-g', 'daemon off;'])
  while (!(await isListening(port))) {
    if (program.child.exitCode !== null) throw new Error(`nginx ended:\n${program.output()}`)
    await new Promise((wait) => setTimeout(wait, 20))
  }
  return { url: `http://127.0.0.1:${port}`, output: program.output, end: () => end(program) }
}

const LOCATION = /^ {4}location \/ \{\n\s*proxy_pass http:\/\/api;([^]*?)\n {4}\}\n/m

/** Puts in what deploy/README.md says about a path. */
function withPath(config: string, path: string): string {
  if (path === '/') return config
  const guide = readFileSync(`${ROOT}deploy/README.md`, 'utf8').replaceAll(
    'messages',
    path.slice(1, -1),
  )
  const block = (name: string) => guide.split(`\`\`\`nginx ${name}\n`)[1]?.split('```')[0] ?? ''
  const [location = '', others = ''] = LOCATION.exec(config) ?? []
  return config
    .replace(
      location,
      block('location').replaceAll('# … and the other lines of `location /`', others),
    )
    .replace(
      /(@other_replica \{[^}]*\}\s*)(proxy_pass http:\/\/api)/,
      `$1$2$$below_${path.slice(1, -1)}`,
    )
    .replace('  server {', `${block('http')}\n  server {`)
}

export type TestNginx = Awaited<ReturnType<typeof startNginx>>
