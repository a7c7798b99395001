import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { copyProject } from '../../packages/server/test/support/walkthrough.ts'

const exec = promisify(execFile)

it.each(['access-token', 'dev-issuer'])(
  'npm pack ./packages/%s leaves out the way to the sources, and leaves the folder as it was',
  async (name) => {
    const folder = copyProject()
    const manifest = join(folder, 'packages', name, 'package.json')
    const before = readFileSync(manifest, 'utf8')
    const pack = ['pack', `./packages/${name}`, '--silent', '--pack-destination', folder]
    const { stdout } = await exec('npm', pack, { cwd: folder })
    const file = stdout.trim().split('\n').at(-1) ?? ''
    const packed = await exec('tar', ['-xOf', file, 'package/package.json'], { cwd: folder })
    expect(packed.stdout).not.toMatch(/source|scripts|devDependencies/)
    const { stdout: files } = await exec('tar', ['-tf', file], { cwd: folder })
    expect(files).toContain('package/dist/index.d.ts\n')
    expect(files).not.toContain('src/')
    expect(readFileSync(manifest, 'utf8')).toBe(before)
  },
)
