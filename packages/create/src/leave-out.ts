import { edit, remove, textOf, type AppFiles } from './app-files.ts'

/** What a new app may do without. */
export const PARTS = ['messages', 'demo', 'docs', 'issuer'] as const
export type Part = (typeof PARTS)[number]

/** What the demo alone is made of. */
export const DEMO_PACKAGES: readonly string[] = [
  ...['@auth0/auth0-react', '@tanstack/react-query', '@trpc/tanstack-react-query'],
  ...['@types/react', '@types/react-dom', 'react', 'react-dom', 'vite'],
]

const LEAVE_OUT: Record<Part, (files: AppFiles) => void> = {
  messages: leaveOutMessages,
  demo: leaveOutDemo,
  docs: leaveOutDocs,
  issuer: leaveOutIssuer,
}

/** @returns the parts that an app is without: the demo shows the messages, and is nothing without them */
export const goneWith = (parts: readonly Part[]): Part[] =>
  PARTS.filter((part) => parts.includes(part) || (part === 'demo' && parts.includes('messages')))

/**
 * Takes parts out of an app, with all that is there because of them.
 *
 * @throws {Error} where the template is not as expected
 */
export function leaveOut(files: AppFiles, parts: readonly Part[]): void {
  const gone = goneWith(parts)
  for (const part of gone) LEAVE_OUT[part](files)
  if (!gone.includes('issuer')) return
  for (const part of ['docs', 'demo'] as const) {
    if (!gone.includes(part)) leaveOutIssuerOf(part, files)
  }
}

function leaveOutMessages(files: AppFiles): void {
  remove(files, 'src/messages')
  remove(files, 'test/messages.test.ts')
  remove(files, 'test/client.test.ts')
  edit(files, 'src/router.ts', [
    [/^import .*messages.*\n/m, ''],
    [/router\(\{\n(?:.*\n)*?\}\)/, 'router({})'],
  ])
  edit(files, 'src/trpc.ts', [
    [/\n\/\*\* Needs a valid access token that holds[^]*$/, ''],
    ['  requirePermissions,\n', ''],
  ])
  edit(files, 'src/api.ts', [[/^ {2}summary: .*\n/m, '']])
}

function leaveOutDemo(files: AppFiles): void {
  remove(files, 'demo')
  edit(files, 'src/api.ts', [[/^ {2}demo: .*\n/m, '']])
  edit(files, 'README.md', [[/^npm run demo .*\n/m, '']])
  editManifest(files, ({ overrides: _, ...manifest }) => ({
    ...manifest,
    scripts: { ...without(['demo'], manifest.scripts), typecheck: 'tsc' },
    devDependencies: without(DEMO_PACKAGES, manifest.devDependencies),
  }))
}

function leaveOutDocs(files: AppFiles): void {
  switchOff(files, 'docs')
  edit(files, '.env.example', [
    [/^# --- The docs page [^]*?(?=^# --- )/m, ''],
    ['; /docs asks for the first', ''],
  ])
}

/** Tests need tokens, so they keep an issuer of their own. */
function leaveOutIssuer(files: AppFiles): void {
  switchOff(files, 'devIssuer')
  edit(files, 'test/start-api.ts', [
    [
      /( +)(.*)serve\(api, /,
      '$1const withIssuer = { ...api, parts: { ...api.parts, devIssuer: true } }\n$1$2serve(withIssuer, ',
    ],
  ])
  editManifest(files, (manifest) => ({
    ...manifest,
    scripts: without(['token'], manifest.scripts),
  }))
  edit(files, '.gitignore', [['.local-issuer/\n', '']])
  edit(files, '.env.example', [
    [/\n^# --- Development -[^]*$/m, ''],
    [/^(# A blank value counts as absent\.).*$/m, '$1'],
    [/^# The local issuer always uses aud\.\n/m, ''],
    [/ The local issuer always\n# signs with RS256\./, ''],
  ])
  edit(files, 'README.md', [
    [
      /^(npm run dev +# ).*$/m,
      '$1needs AUTH0_DOMAIN or ISSUER_BASE_URL: copy .env.example to .env',
    ],
  ])
}

/** What only an app with a docs page or a demo says of the issuer. */
function leaveOutIssuerOf(part: 'docs' | 'demo', files: AppFiles): void {
  if (part === 'docs') {
    edit(files, '.env.example', [[' The local\n# issuer needs none.', '']])
    return
  }
  edit(files, 'README.md', [[/^(npm run demo .*)$/m, '$1 (name your issuer in demo/.env)']])
  edit(files, 'demo/.env.example', [
    [/^# Copy this .*\n/, '# Copy this file to .env and name your issuer in it.\n'],
    ['=http://localhost:6061', '='],
    ['=messages-demo', '='],
  ])
  edit(files, 'demo/src/settings.ts', [
    [/Without an `\.env` file: .*? \*\//, '`.env.example` says what each is. */'],
    ["'http://localhost:6061'", "'tenant.example.com'"],
    ["'messages-demo'", "''"],
  ])
}

/** Of an API's `parts`. */
function switchOff(files: AppFiles, part: 'docs' | 'devIssuer'): void {
  const others = /^ {2}parts: \{ (.*) \},$/m
  edit(files, 'src/api.ts', [
    others.test(textOf(files, 'src/api.ts'))
      ? [others, `  parts: { $1, ${part}: false },`]
      : [/^}\)/m, `  parts: { ${part}: false },\n})`],
  ])
}

type Texts = Readonly<Record<string, string>>

const without = (names: readonly string[], texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).filter(([name]) => !names.includes(name)))

interface Manifest {
  readonly scripts: Texts
  readonly devDependencies: Texts
  readonly overrides?: object
}

function editManifest(files: AppFiles, change: (manifest: Manifest) => object): void {
  const manifest = JSON.parse(textOf(files, 'package.json')) as Manifest
  files.set('package.json', `${JSON.stringify(change(manifest), null, 2)}\n`)
}
