import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { baseUrl, findFreePort } from '../../../server/test/support/http.ts'
import { end, ROOT, run, TYPESCRIPT } from '../../../server/test/support/process.ts'
import { readBlocks } from '../../../server/test/support/walkthrough.ts'

it("the README's example of files takes and answers them", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-example-'))
  const example = readBlocks('packages/trpc-hybrid/README.md').find(({ words }) =>
    words.includes('files.ts'),
  )
  writeFileSync(join(folder, 'files.ts'), example?.text ?? '')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(`${ROOT}node_modules`, join(folder, 'node_modules'))
  const port = await findFreePort()
  const env = { PORT: String(port) }
  const program = run([process.execPath, ...TYPESCRIPT, 'files.ts'], { cwd: folder, env })
  const ask = async (path: string, init?: RequestInit) =>
    (await fetch(`${baseUrl({ port })}${path}`, init)).text()

  await expect.poll(() => ask('/rows').catch(() => undefined)).toBe('a,1\nb,2\n')
  const body = new FormData()
  body.set('title', 'A cat')
  body.set('photo', new Blob(['pixels']), 'cat.png')
  expect(await ask('/photos', { method: 'POST', body })).toBe('{"bytes":6}')
  await end(program)
})
