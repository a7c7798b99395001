import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSigningKey, signToken } from '../support/issuer.ts'
import { findLeaks } from '../support/leaks.ts'

const token = await signToken({ sub: 'someone' }, { header: {}, key: await createSigningKey('k') })
const [header = '', payload = '', signature = ''] = token.split('.')

it.each([
  ['a whole token', `{"token":"${token}"}`, true],
  ['a token that no test made', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.', true],
  ['a signature alone', `x ${signature} y`, true],
  ['a signature that was cut', `"${signature.slice(0, 50)}"`, true],
  ['a header and a bit of the payload', `${header}.${payload.slice(0, 12)}`, true],
  ['an id and a stack', '8f0d3c1e-0000-4000-8000-000000000000 at run (log.test.ts:1:2)', false],
])('the search of the output tells %s', (_, output, leaks) => {
  const folder = mkdtempSync(join(tmpdir(), 'messages-leaks-'))
  writeFileSync(join(folder, 'tokens'), `${token}\n`)
  writeFileSync(join(folder, 'output'), `${output}\n`)
  expect(findLeaks(folder).length > 0).toBe(leaks)
})
