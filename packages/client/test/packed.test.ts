import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { MESSAGES } from '../../server/test/support/contract.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import { ADMIN } from '../../server/test/support/issuer.ts'
import { emptyApp, packInto, succeed } from '../../server/test/support/install.ts'
import { ROOT } from '../../server/test/support/process.ts'

const fixture = useServer()
const OLDEST = '11.4.0'
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** A program that someone would write around the package. */
const PROGRAM = `
import { createHybridClient, isHybridError } from '@trpc-hybrid/client'
import type { AppRouter } from './router.js'
declare const process: { argv: string[] }

const [, , url = '', user = '', admin = ''] = process.argv
const clientOf = (token: string) => createHybridClient<AppRouter>({ url, getAccessToken: () => token })
const answer: { message: string } = await clientOf(admin).messages.admin.query()
console.log(JSON.stringify(answer))
try {
  await clientOf(user).messages.admin.query()
} catch (error) {
  if (!isHybridError(error)) throw error
  const permissions: readonly string[] | undefined = error.data.permissions
  console.log(JSON.stringify([error.message, error.data.code, permissions]))
}
// @ts-expect-error: there is no such procedure, so the types are those of the server and not any
export const wrong = () => clientOf(user).messages.secret
`

/** tRPC's TanStack Query integration, around the package's client and the router's type. */
const QUERY = `
import { createHybridClient } from '@trpc-hybrid/client'
import type { AppRouter } from './router.js'
import { QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'

const client = createHybridClient<AppRouter>({ url: 'http://localhost:6060' })
const queryClient = new QueryClient()
const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient })
const options = trpc.messages.public.queryOptions()
export const text: Promise<string> = queryClient.fetchQuery(options).then(({ message }) => message)
// @ts-expect-error: there is no such procedure
export const wrong = () => trpc.messages.secret
`

/** Checks every declaration that the program reaches: an app's types must not hang on a library of the server. */
const compile = (directory: string, file: string, flags: readonly string[]) =>
  succeed(
    [
      ...[process.execPath, TSC, '--strict', '--skipLibCheck', 'false', '--target', 'ES2022'],
      ...['--lib', 'ES2023,DOM,ESNext.Disposable', '--outDir', 'out'],
      ...[...flags, file],
    ],
    directory,
  )

const NODE = ['--module', 'NodeNext', '--moduleResolution', 'NodeNext']
/** TypeScript's own way until 6, which knows no `exports`. */
const NODE10 = [
  ...['--module', 'ESNext', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0'],
]
const BUNDLER = ['--module', 'ESNext', '--moduleResolution', 'Bundler']

/** Makes a project that has the packed client and, beside what its peers bring, `packages`. */
async function install(packages: readonly string[], sources: Record<string, string>) {
  const folder = emptyApp({ ...sources, 'router.d.ts': routerType })
  await packInto(folder, ['@trpc-hybrid/client'], packages)
  return folder
}

/** The declaration of the router that the build writes for clients. */
let routerType: string
beforeAll(async () => {
  const target = mkdtempSync(join(tmpdir(), 'router-type-'))
  const to = ['--outDir', target, '--tsBuildInfoFile', join(target, 'tsbuildinfo')]
  await succeed([process.execPath, TSC, '-p', 'tsconfig.build.json', ...to], ROOT)
  routerType = readFileSync(join(target, 'client.d.ts'), 'utf8')
})

describe('the packed client, installed into an empty project', () => {
  let app: string
  beforeAll(async () => {
    app = await install([], { 'app.ts': PROGRAM })
  }, 120_000)

  it('brings a README and the license', () => {
    const files = readdirSync(join(app, 'node_modules/@trpc-hybrid/client')).sort()
    expect(files).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
  })

  it('compiles and runs in Node.js', async () => {
    await compile(app, 'app.ts', NODE)
    const user = await fixture.issuer.mint()
    const admin = await fixture.issuer.mint({ claims: ADMIN })
    const command = [process.execPath, 'out/app.js', fixture.server.url, user, admin]
    expect(await succeed(command, app)).toBe(
      `${MESSAGES.admin}\n["Permission denied","FORBIDDEN",["read:admin-messages"]]\n`,
    )
  })

  it('compiles where TypeScript resolves as Node.js 10 did', async () => {
    await compile(app, 'app.ts', NODE10)
  })

  it('compiles for a bundler, and gives it nothing of the server', async () => {
    await compile(app, 'app.ts', BUNDLER)
    const { metafile } = await build({
      entryPoints: [join(app, 'app.ts')],
      absWorkingDir: app,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      write: false,
    })
    const files = Object.keys(metafile.inputs).filter((file) => !file.includes('@trpc/'))
    expect(files.sort()).toEqual(['app.ts', 'node_modules/@trpc-hybrid/client/dist/index.js'])
  })

  it("brings tRPC's packages alone", () => {
    const lock = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8')) as Lock
    const names = Object.keys(lock.packages).map((path) => path.replace(/^node_modules\//, ''))
    const notOfTypeScript = names.filter(
      (name) => name && !/^(@typescript\/|typescript$)/.test(name),
    )
    expect(notOfTypeScript).toEqual(['@trpc-hybrid/client', '@trpc/client', '@trpc/server'])
  })

  it('has the version of the server', () => {
    expect(versionOf(join(app, 'node_modules/@trpc-hybrid/client'))).toBe(
      versionOf(join(ROOT, 'packages/server')),
    )
  })
})

describe('the packed client, beside other versions of tRPC', () => {
  it("fits the TanStack Query integration that tRPC's users install, types included", async () => {
    const packages = ['@trpc/tanstack-react-query@11', '@tanstack/react-query@5', 'react@19']
    const app = await install(packages, { 'query.ts': QUERY })
    // its own declarations name `ws` and Node.js, which a browser's app does not have
    await compile(app, 'query.ts', [...BUNDLER, '--skipLibCheck'])
  })

  it('compiles with the oldest tRPC that it asks for', async () => {
    const app = await install([`@trpc/client@${OLDEST}`, `@trpc/server@${OLDEST}`], {
      'app.ts': PROGRAM,
    })
    await compile(app, 'app.ts', BUNDLER)
  })
})

interface Lock {
  readonly packages: Record<string, unknown>
}

function versionOf(directory: string): string {
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}
