import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import openapiTS, { astToString } from 'openapi-typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MESSAGES } from '../../../server/test/support/contract.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { ADMIN } from '../../../server/test/support/issuer.ts'

const run = promisify(execFile)
const fixture = useServer()

/** A program that knows the API by its description alone. */
const PROGRAM = `
import createClient from 'openapi-fetch'
import type { operations, paths } from './api.ts'

const [description = '', token = ''] = process.argv.slice(2)
const { servers } = (await (await fetch(description)).json()) as { servers: { url: string }[] }
const baseUrl = servers[0]?.url ?? ''
const open = createClient<paths>({ baseUrl })
const admin = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } })

const answers = [
  await open.GET('/api/messages/public'),
  await admin.GET('/api/messages/protected'),
  await admin.GET('/api/messages/admin'),
]
const messages: (string | undefined)[] = answers.map(({ data }) => data?.message)

const refused = await open.GET('/api/messages/admin')
const refusal: string | undefined = refused.error?.message

// @ts-expect-error -- it is not described
answers[0]?.data?.text
// @ts-expect-error -- it is not described
await open.GET('/api/messages/none').catch(() => undefined)
// @ts-expect-error -- the public message is never refused for want of a permission
type None = operations['getPublicMessage']['responses'][403]
export type Forbidden = operations['getAdminMessage']['responses'][403]

process.stdout.write(JSON.stringify({ messages, refusal, status: refused.response.status }))
`

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    noEmitOnError: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    types: ['node'],
    outDir: 'out',
    rootDir: '.',
  },
  include: ['*.ts'],
}

describe('a client generated from the description', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generated-client-'))
    await symlink(resolve('node_modules'), join(folder, 'node_modules'), 'junction')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('compiles and reads all three messages', async () => {
    const types = astToString(await openapiTS(new URL('/api/openapi.json', fixture.server.url)))
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    await writeFile(join(folder, 'api.ts'), types)
    await writeFile(join(folder, 'program.ts'), PROGRAM)
    await compile(folder)

    const token = await fixture.issuer.mint({ claims: ADMIN })
    const program = join(folder, 'out', 'program.js')
    const { stdout } = await run(process.execPath, [
      program,
      `${fixture.server.url}/api/openapi.json`,
      token,
    ])
    expect(JSON.parse(stdout)).toEqual({
      messages: Object.values(MESSAGES).map(
        (text) => (JSON.parse(text) as { message: string }).message,
      ),
      refusal: 'Requires authentication',
      status: 401,
    })
  }, 120_000)
})

/** @throws with what the compiler says, which it prints on its standard output */
async function compile(folder: string): Promise<void> {
  const tsc = resolve('node_modules/typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', folder]).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout)
  })
}
