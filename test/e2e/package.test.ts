import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { MESSAGES } from '../support/contract.ts'
import { useServer } from '../support/fixtures.ts'
import { ADMIN } from '../support/issuer.ts'
import { ROOT, run } from '../support/process.ts'

const fixture = useServer()
const app = mkdtempSync(join(tmpdir(), 'messages-app-'))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** A program that someone would write around the package. */
const PROGRAM = `
import { createMessagesClient, isMessagesError } from 'messages-api/client'
declare const process: { argv: string[] }

const [, , url = '', user = '', admin = ''] = process.argv
const clientOf = (token: string) => createMessagesClient({ url, getAccessToken: () => token })
const answer: { message: string } = await clientOf(admin).messages.admin.query()
console.log(JSON.stringify(answer))
try {
  await clientOf(user).messages.admin.query()
} catch (error) {
  if (!isMessagesError(error)) throw error
  const permissions: readonly string[] | undefined = error.data.permissions
  console.log(JSON.stringify([error.message, error.data.code, permissions]))
}
// @ts-expect-error: there is no such procedure, so the types are those of the server and not any
export const wrong = () => clientOf(user).messages.secret
`

/** A TanStack Query: an object of a key and a function, as `useQuery` takes it. */
const QUERY = `
import { createMessagesClient } from 'messages-api/client'
import { QueryClient } from '@tanstack/query-core'

const client = createMessagesClient({ url: 'http://localhost:6060' })
const publicMessage = {
  queryKey: ['messages', 'public'],
  queryFn: ({ signal }: { signal: AbortSignal }) => client.messages.public.query(undefined, { signal }),
}
export const text: Promise<string> = new QueryClient().fetchQuery(publicMessage).then(({ message }) => message)
`

async function succeed(command: readonly string[], cwd = app): Promise<string> {
  const program = run(command, { cwd })
  const status = await program.exit
  if (status !== 0)
    throw new Error(`${command.join(' ')} ended with ${status}:\n${program.output()}`)
  return program.output()
}

const compile = (module: string, resolution: string, file = 'app.ts') =>
  succeed([
    ...[process.execPath, TSC, '--strict', '--skipLibCheck', '--target', 'ES2022'],
    ...['--lib', 'ES2023,DOM', '--module', module, '--moduleResolution', resolution],
    ...['--outDir', 'out', file],
  ])

beforeAll(async () => {
  const packed = await succeed(['npm', 'pack', '--silent', '--pack-destination', app], ROOT)
  const tarball = /messages-api-\S+\.tgz/.exec(packed)?.[0] ?? ''
  writeFileSync(join(app, 'package.json'), '{ "type": "module", "private": true }')
  writeFileSync(join(app, 'app.ts'), PROGRAM)
  writeFileSync(join(app, 'query.ts'), QUERY)
  const install = ['npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit']
  await succeed([...install, `./${tarball}`, '@trpc/client@11', '@tanstack/query-core@5'])
}, 300_000)

describe('the packed client, installed into an empty project', () => {
  it('compiles and runs in Node.js', async () => {
    await compile('NodeNext', 'NodeNext')
    const user = await fixture.issuer.mint()
    const admin = await fixture.issuer.mint({ claims: ADMIN })
    const output = await succeed([process.execPath, 'out/app.js', fixture.server.url, user, admin])
    expect(output).toBe(
      `${MESSAGES.admin}\n["Permission denied","FORBIDDEN",["read:admin-messages"]]\n`,
    )
  })

  it('compiles for a bundler, and gives it nothing of the server', async () => {
    await compile('ESNext', 'Bundler')
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
    expect(files.sort()).toEqual([
      'app.ts',
      'node_modules/messages-api/dist/client.js',
      'node_modules/messages-api/dist/client/authorized-fetch.js',
    ])
  })

  it('fits TanStack Query, types included', async () => {
    await compile('ESNext', 'Bundler', 'query.ts')
  })
})
