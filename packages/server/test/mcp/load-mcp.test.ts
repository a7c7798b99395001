import { spawnSync } from 'node:child_process'
import { defineApi } from '@trpc-hybrid/server'
import { describe, expect, it } from 'vitest'
import { testRouter } from '../support/router.ts'

const HOOKS = new URL('../support/without-mcp.ts', import.meta.url).href
const ROUTERS = new URL('../support/', import.meta.url).href
const ROOT = new URL('../../../../', import.meta.url)

/** Starts an API in a process where the official SDK can't be found. */
function startWithout(router: { readonly file: string; readonly name: string }) {
  const program = `
    import { defineApi, serve } from '@trpc-hybrid/server'
    const { ${router.name}: router } = await import('${ROUTERS}${router.file}')
    const env = { HOST: '127.0.0.1', PORT: '0', LOCAL_ISSUER_PORT: '0', LOG_LEVEL: 'silent' }
    const running = await serve(defineApi({ router, title: 'Shop', version: '1.0.0' }), { env })
    console.log('serves')
    await running.close()`
  return spawnSync(
    process.execPath,
    [
      ...['--conditions=@trpc-hybrid/source', '--import', 'tsx', '--import', HOOKS],
      ...['--input-type=module', '--eval', program],
    ],
    { cwd: ROOT, encoding: 'utf8' },
  )
}

describe('where the SDK is not installed', () => {
  it('an API without tools starts', () => {
    const { stdout, stderr } = startWithout({ file: 'router.ts', name: 'testRouter' })
    expect(stdout, stderr).toContain('serves')
  })

  it('an API with tools says what to install', () => {
    const { stdout, stderr } = startWithout({ file: 'mcp-router.ts', name: 'toolRouter' })
    expect(stdout).toBe('')
    expect(stderr).toContain(
      'its tools (`mcp` in a meta) need the package @modelcontextprotocol/server: npm install @modelcontextprotocol/server',
    )
  })
})

it.each(['mcp', '/', '/mcp/', '/{id}', '/a b', '/a//b'])('%j is refused as mcpPath', (mcpPath) => {
  const define = () =>
    defineApi({
      router: testRouter,
      title: 'Shop',
      version: '1.0.0',
      mcpPath: mcpPath as '/mcp',
    })
  expect(define).toThrow('mcpPath is')
})
