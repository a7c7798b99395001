import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { findFreePort } from '../../server/test/support/http.ts'
import { compileStrictly, emptyApp, packInto, succeed } from '../../server/test/support/install.ts'
import { end, run } from '../../server/test/support/process.ts'
import { readBlocks } from '../../server/test/support/walkthrough.ts'

/** For what prints a token, which no output of a server may hold. */
const exec = promisify(execFile)

const [example] = readBlocks('packages/dev-issuer/README.md').filter(
  ({ language }) => language === 'ts',
)

/** An API's own check of what the issuer gave. */
const BOTH = `
import { createAuthenticator } from '@trpc-hybrid/access-token'
import { fetchToken, startDevIssuer } from '@trpc-hybrid/dev-issuer'

const audience = 'https://api.example.com'
const allowedOrigins = ['http://localhost:4040']
const { issuer, close } = await startDevIssuer({ port: 0, audience, permissions: ['read:reports'], allowedOrigins })
const { authenticate } = createAuthenticator({ issuer, audience })
for (const person of ['admin', 'user']) {
  const token = await fetchToken({ issuer, audience, redirectUri: 'http://localhost:4040/', person })
  const { subject, permissions } = await authenticate({ authorization: 'Bearer ' + token })
  console.log(subject, [...permissions].join())
}
await close()
`

let folder: string
beforeAll(async () => {
  folder = emptyApp({ 'example.ts': example?.text ?? '', 'both.ts': BOTH })
  await packInto(
    folder,
    ['@trpc-hybrid/access-token', '@trpc-hybrid/dev-issuer'],
    ['@types/node@20'],
  )
  await compileStrictly(folder, ['example.ts', 'both.ts'])
})

it('gives an access token as its README says, and lets the process end', async () => {
  const { stdout } = await exec(process.execPath, ['example.js'], { cwd: folder })
  expect(decodeJwt(stdout.trim())).toMatchObject({
    sub: 'auth0|local-admin',
    permissions: ['read:reports'],
  })
})

it('gives tokens that @trpc-hybrid/access-token takes', async () => {
  expect(await succeed([process.execPath, 'both.js'], folder)).toBe(
    'auth0|local-admin read:reports\nauth0|local-user \n',
  )
})

it('runs as a command, and prints the token of a person', async () => {
  const port = String(await findFreePort())
  const command = 'node_modules/.bin/dev-issuer'
  const options = ['--port', port, '--audience', 'urn:api']
  const program = run([command, ...options, '--permission', 'read:reports'], { cwd: folder })
  try {
    await program.printed(new RegExp(`http://localhost:${port}/`))
    const { stdout } = await exec(command, ['token', 'admin', ...options], { cwd: folder })
    expect(decodeJwt(stdout.trim())).toMatchObject({ permissions: ['read:reports'] })
    program.child.kill('SIGTERM')
    expect(await program.exit).toBe(0)
  } finally {
    await end(program)
  }
})

it('says how the command is used when it is used otherwise', async () => {
  const program = run(['node_modules/.bin/dev-issuer', 'token', 'bob'], { cwd: folder })
  expect(await program.exit).toBe(1)
  expect(program.output()).toContain('dev-issuer token user|admin')
})
