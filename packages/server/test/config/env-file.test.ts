import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvFile } from '../../src/config/env-file.ts'
import { folderWithEnv } from '../support/process.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'messages-env-'))

/** @returns what a `.env` with this content sets */
function variablesIn(content: string | Buffer) {
  return readEnvFile([folderWithEnv(content)])?.variables
}

const HASHES = { A: 'urn:api#prod', B: 'a#b', C: '#f00' }

describe('.env', () => {
  it.each([
    ['a line of blanks above', '   \nNODE_ENV=production\n', { NODE_ENV: 'production' }],
    ['a blank behind an empty value', 'A= \nB=1\n', { A: '', B: '1' }],
    ['a byte order mark', '\uFEFFA=1\nB=2\n', { A: '1', B: '2' }],
    ['lines that end in CRLF', 'A=1\r\nB= \r\nC="x y"\r\n', { A: '1', B: '', C: 'x y' }],
    ['quotes and comments', 'A="a#b" # c\nB=\'z\' \nC=a # c\n', { A: 'a#b', B: 'z', C: 'a' }],
    ['an apostrophe in a comment', "A= # it's\nB=1\n# it's\nC=2", { A: '', B: '1', C: '2' }],
    ['a # without a blank before it', 'A=urn:api#prod\nB=a#b # c\nC=#f00\n', HASHES],
    ['the last of two values', 'A=1#2\nA=1\nB=1\nB=1#2', { A: '1', B: '1#2' }],
    ['a # in quotes, and behind them', `A="x#y"#z\nB='x #y'`, { A: 'x#y', B: 'x #y' }],
    ['a reference, as it is', 'A=${B}/x\nB=1', { A: '${B}/x', B: '1' }],
    ['export', 'export A=1\n', { A: '1' }],
    ['blanks around the name', '\tA =\t1\t\n', { A: '1' }],
  ])('reads a .env with %s', (_what, text, variables) => {
    expect(variablesIn(text)).toEqual(variables)
  })

  it.each([
    ['with', '\uFEFFA=1\n'],
    ['without', 'A=1\n'],
  ])('refuses a .env in UTF-16 by name, %s a byte order mark', (_what, text) => {
    expect(() => variablesIn(Buffer.from(text, 'utf16le'))).toThrow(/ \.env: is not UTF-8/)
  })

  it('says in one line that a .env can not be read', () => {
    const folder = newFolder()
    mkdirSync(join(folder, '.env'))
    expect(() => readEnvFile([folder])).toThrow(ConfigError)
    expect(() => readEnvFile([folder])).toThrow(/\n {2}\.env: can't be read \(EISDIR\): [^\n]+$/)
  })

  it('reads the .env of the first folder that has one', () => {
    const [none, first, second] = [newFolder(), folderWithEnv('A=1'), folderWithEnv('A=2\nB=2')]
    expect(readEnvFile([none, first, second])).toEqual({
      path: join(first, '.env'),
      variables: { A: '1' },
    })
    expect(readEnvFile([none])).toBeUndefined()
  })
})
