import { readFileSync } from 'node:fs'
import dotenv from 'dotenv'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { schema } from '../../src/config/schema.ts'
import { ROOT } from '../support/process.ts'

const names = Object.keys(schema.shape).sort()
const readme = readFileSync(`${ROOT}README.md`, 'utf8')
const example = readFileSync(`${ROOT}.env.example`, 'utf8')

/** The rows of the README's table of settings: the name, and the default where it is a value. */
function readTable(): { name: string; value: string | undefined }[] {
  const [, table = ''] = /\n## Settings\n[^]*?\n(\| name[^]*?)\n\n/.exec(readme) ?? []
  return table
    .split('\n')
    .slice(2)
    .map((row) => {
      const [, names = '', value = ''] = row.split('|').map((cell) => cell.trim())
      return { name: names.slice(1, -1), value: /^`([^`]*)`$/.exec(value)?.[1] }
    })
}

/** Every `NAME=` at the start of a line, behind `# ` too. */
function namesOfExample(): string[] {
  return [...example.matchAll(/^(?:# )?([A-Z][A-Z\d_]*)=/gm)].map(([, name = '']) => name)
}

describe('every setting', () => {
  it("has a row of its own in the README's table, and no row is of another name", () => {
    const rows = readTable().map(({ name }) => name)
    expect(rows.sort()).toEqual(names)
  })

  it('stands in .env.example once, and nothing else does', () => {
    expect(namesOfExample().sort()).toEqual(names)
  })
})

describe('a default', () => {
  it.each(readTable().filter(({ value }) => value !== undefined))(
    'in the README is what holds: $name is $value',
    ({ name, value }) => {
      expect(loadConfig({ [name]: value })).toEqual(loadConfig({}))
    },
  )

  it('in .env.example is what holds, so that a copy of it changes nothing', () => {
    expect(loadConfig(dotenv.parse(example))).toEqual(loadConfig({}))
  })
})
