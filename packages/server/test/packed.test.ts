import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from './support/http.ts'
import { compileStrictly, emptyApp, packInto, succeed } from './support/install.ts'
import { connectMcp } from './support/mcp.ts'
import { end, run } from './support/process.ts'
import { readBlocks } from './support/walkthrough.ts'

/** For what prints a token, which no output of a server may hold. */
const exec = promisify(execFile)

const README = 'packages/server/README.md'
const [example] = readBlocks(README).filter(({ language }) => language === 'ts')

/** Tells what a program loads of the protocol's SDK. */
const REPORT = `
import { register } from 'node:module'
const hooks = \`
  export function load(url, context, next) {
    if (url.includes('@modelcontextprotocol')) process._rawDebug('loads the SDK')
    return next(url, context)
  }\`
register('data:text/javascript,' + encodeURIComponent(hooks))
`

/** The README's app, whose procedure is a tool. */
const WITH_TOOL = (example?.text ?? '').replace('openapi: {', 'mcp: true, openapi: {')

describe('the packed server, installed into an empty app', () => {
  let folder: string
  beforeAll(async () => {
    folder = emptyApp({
      'main.ts': example?.text ?? '',
      'tool.ts': WITH_TOOL,
      'report.mjs': REPORT,
    })
    const packages = ['access-token', 'dev-issuer', 'server'].map((name) => `@trpc-hybrid/${name}`)
    await packInto(folder, ['trpc-hybrid', ...packages], ['@trpc/server', 'zod', '@types/node@20'])
    await compileStrictly(folder, ['main.ts', 'tool.ts'])
  })

  it('serves the example of its README, and prints a line that reads it', async () => {
    const port = String(await findFreePort())
    const env = { PORT: port, LOCAL_ISSUER_PORT: String(await findFreePort()) }
    const program = run([process.execPath, 'main.js'], { cwd: folder, env })
    try {
      await program.printed(/Reports API +http:\/\/localhost/)
      await program.printed(/Local issuer/)
      const url = `http://localhost:${port}`
      expect((await fetch(`${url}/api/reports/1`)).status).toBe(401)
      expect((await fetch(`${url}/docs/`)).status).toBe(200)
      const args = ['hybrid-token', 'admin', `LOCAL_ISSUER_PORT=${env.LOCAL_ISSUER_PORT}`]
      const token = await exec('npx', args, { cwd: folder })
      const answer = await fetch(`${url}/api/reports/1`, {
        headers: { authorization: `Bearer ${token.stdout.trim()}` },
      })
      expect(await answer.json()).toEqual({ title: 'Report 1', reader: 'auth0|local-admin' })
    } finally {
      await end(program)
    }
  })

  const SDK = '@modelcontextprotocol/server'

  /** Starts a program of the app, which tells what it loads of the SDK. */
  async function start(file: string) {
    const port = String(await findFreePort())
    const env = { PORT: port, LOCAL_ISSUER_PORT: String(await findFreePort()) }
    const command = [process.execPath, '--import', './report.mjs', file]
    const url = `http://localhost:${port}`
    return { program: run(command, { cwd: folder, env }), url, issuerPort: env.LOCAL_ISSUER_PORT }
  }

  it('says what to install where a procedure is a tool and the SDK is absent', async () => {
    const { program } = await start('tool.js')
    expect(await program.exit).toBe(1)
    expect(program.output()).toContain(
      `its tools (\`mcp\` in a meta) need the package ${SDK}: npm install ${SDK}`,
    )
    expect(program.output()).not.toMatch(/\n +at /)
  })

  it('serves the tool once the SDK is installed, and loads that with the first message', async () => {
    await succeed(['npm', 'install', '--prefer-offline', '--no-audit', `${SDK}@2`], folder)
    await compileStrictly(folder, ['main.ts', 'tool.ts'])
    const { program, url, issuerPort } = await start('tool.js')
    try {
      await program.printed(/Local issuer/)
      expect((await fetch(`${url}/api/reports/1`)).status).toBe(401)
      expect(program.output()).not.toContain('loads the SDK')
      await expect(connectMcp(url)).rejects.toThrow()
      const args = ['hybrid-token', 'admin', `LOCAL_ISSUER_PORT=${issuerPort}`]
      const token = await exec('npx', args, { cwd: folder })
      const client = await connectMcp(url, { token: token.stdout.trim() })
      const { tools } = await client.listTools()
      const [tool] = tools
      expect(tools).toHaveLength(1)
      expect(
        await client.callTool({ name: tool?.name ?? '', arguments: { id: '1' } }),
      ).toMatchObject({ structuredContent: { title: 'Report 1', reader: 'auth0|local-admin' } })
      expect(program.output()).toContain('loads the SDK')
    } finally {
      await end(program)
    }
  })
})
