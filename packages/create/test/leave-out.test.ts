import { mkdtempSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeTemplate } from '../../../scripts/template.ts'
import { filesOf, PARTS, type Part } from '../src/create-app.ts'

let template: string
beforeAll(() => {
  template = join(mkdtempSync(join(tmpdir(), 'template-')), 'app')
  writeTemplate(template)
})

/** Every choice that there is. */
const CHOICES = PARTS.reduce<readonly (readonly Part[])[]>(
  (choices, part) => choices.flatMap((choice) => [choice, [...choice, part]]),
  [[]],
).map((without) => [without.join(', ') || 'nothing', without] as const)

const appWithout = (without: readonly Part[]) => filesOf({ template, name: 'reports-api', without })

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifestOf = (files: Map<string, string>) =>
  JSON.parse(files.get('package.json') ?? '') as Manifest

const packagesOf = (files: Map<string, string>) => {
  const { dependencies, devDependencies } = manifestOf(files)
  return Object.keys({ ...dependencies, ...devDependencies })
}

/** What modules import, as it is written. */
function importsOf(files: Map<string, string>) {
  return [...files]
    .filter(([name]) => /\.[jt]sx?$/.test(name))
    .flatMap(([name, text]) =>
      [...text.matchAll(/^(?:import|export|\}) (?:.*from )?'([^']+)'/gm)].map(
        ([, specifier = '']) => ({ name, specifier }),
      ),
    )
}

/** Words of a part that stand in no app without it. */
const TRACES: Readonly<Record<Part, RegExp>> = {
  messages: /messages|read:admin/i,
  demo: /demo|vite\b|react|tanstack|auth0\/|4040\b(?!\. In development)/i,
  docs: /\/docs|DOCS/,
  issuer: /local.issuer|6061|hybrid-token|no account/i,
}
/** What is no trace: a word that means something else, or what tests keep. */
const ALLOWED: Readonly<Record<Part, (line: string) => boolean>> = {
  messages: () => false,
  demo: (line) => line.startsWith('# Default in development:') || line.includes('CLIENT ='),
  docs: () => false,
  issuer: (line) => line.includes('LOCAL_ISSUER_PORT: '),
}

describe.each(CHOICES)('an app without %s', (_names, without) => {
  const gone = without.includes('messages') ? [...without, 'demo' as const] : without

  it('has no trace of it', () => {
    const files = appWithout(without)
    const lines = [...files].flatMap(([name, text]) =>
      [name, ...text.split('\n')].map((line) => ({ name, line })),
    )
    for (const part of gone) {
      expect(lines.filter(({ line }) => TRACES[part].test(line) && !ALLOWED[part](line))).toEqual(
        [],
      )
    }
  })

  it('has the modules and the packages that it imports', () => {
    const files = appWithout(without)
    const packages = packagesOf(files)
    const missing = importsOf(files).filter(({ name, specifier }) => {
      if (specifier.startsWith('.')) return !files.has(normalize(join(dirname(name), specifier)))
      if (builtinModules.includes(specifier.replace('node:', ''))) return false
      return !packages.some((one) => specifier === one || specifier.startsWith(`${one}/`))
    })
    expect(missing).toEqual([])
  })

  it('names no file that it lacks', () => {
    const files = appWithout(without)
    const folders = new Set([...files.keys()].map((name) => name.split('/')[0]))
    const named = ['.env.example', 'README.md', 'package.json', 'demo/.env.example']
      .flatMap((name) => [
        ...(files.get(name) ?? '').matchAll(/(?<![\w./<>@-])[a-z-]+(?=\/[\w.-]+\.\w)/g),
      ])
      .map(([folder]) => folder)
      .filter((folder) => !['dist', 'http'].includes(folder))
    expect(named.filter((folder) => !folders.has(folder))).toEqual([])
  })
})

it('calls the app by its name', () => {
  const files = appWithout([])
  expect(manifestOf(files)).toMatchObject({ name: 'reports-api', version: '0.1.0' })
  expect(files.get('src/api.ts')).toContain("title: 'Reports API'")
  expect(files.get('demo/index.html')).toContain('<title>Reports API demo</title>')
})

it('leaves the packages of the demo to the demo', () => {
  const [all, without] = [appWithout([]), appWithout(['demo'])].map(packagesOf)
  const only = all?.filter((name) => !without?.includes(name)) ?? []
  const imported = importsOf(appWithout(['demo'])).map(({ specifier }) => specifier)
  expect(only).toContain('react')
  expect(only.filter((name) => imported.includes(name))).toEqual([])
})
