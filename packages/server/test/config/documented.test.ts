import { readFileSync } from 'node:fs'
import dotenv from 'dotenv'
import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../../scripts/settings.ts'
import { loadConfig } from '../../src/config/config.ts'
import { schema } from '../../src/config/schema.ts'
import { ROOT } from '../support/process.ts'

const names = Object.keys(schema.shape).sort()
const page = readFileSync(`${ROOT}docs/settings.md`, 'utf8')
const example = readFileSync(`${ROOT}.env.example`, 'utf8')

/** The rows of the table whose default is a value. */
const defaults = [...page.matchAll(/^\| `(\w+)` +\| `([^`]*)` +\|/gm)].map(
  ([, name = '', value]) => ({ name, value }),
)

/** Every `NAME=` at the start of a line, behind `# ` too. */
function namesOfExample(): string[] {
  return [...example.matchAll(/^(?:# )?([A-Z][A-Z\d_]*)=/gm)].map(([, name = '']) => name)
}

describe('every setting', () => {
  it('stands in docs/settings.md as the schema describes it: npm run settings', async () => {
    expect(page).toBe(await describeSettings())
  })

  it('stands in .env.example once, and nothing else does', () => {
    expect(namesOfExample().sort()).toEqual(names)
  })
})

describe('a default', () => {
  it.each(defaults)(
    'a default in docs/settings.md is what holds: $name is $value',
    ({ name, value }) => {
      expect(loadConfig({ [name]: value })).toEqual(loadConfig({}))
    },
  )

  it('a default in .env.example is what holds, so that a copy of it changes nothing', () => {
    expect(loadConfig(dotenv.parse(example))).toEqual(loadConfig({}))
  })
})
