import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { itServesTheShop } from './hybrid/shop-contract.ts'
import { compileStrictly, emptyApp, packInto } from '../../server/test/support/install.ts'
import { end, ROOT, run } from '../../server/test/support/process.ts'

const SHOP = readFileSync(join(ROOT, 'packages/trpc-hybrid/test/hybrid/shop.ts'), 'utf8')
const MAIN = `
import { createServer, type IncomingMessage } from 'node:http'
import { nodeHandler } from 'trpc-hybrid/node'
import { createShop, userOf } from './shop.ts'

const shop = createShop()
const createContext = ({ req }: { req: IncomingMessage }) => userOf(req.headers['x-user'])
const server = createServer(nodeHandler(shop, { createContext }))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It has no port')
  console.log(Object.keys(shop.document.paths).join(' '))
  console.log('listening at http://127.0.0.1:' + address.port)
})
`

const manifest = readFileSync(join(ROOT, 'packages/trpc-hybrid/package.json'), 'utf8')
const { peerDependencies } = JSON.parse(manifest) as {
  readonly peerDependencies: Readonly<Record<string, string>>
}
const range = peerDependencies['@trpc/server'] ?? ''
const oldest = range.replace('^', '')

describe.each([
  ['the oldest tRPC of its range', oldest],
  ['the newest tRPC of its range', range],
])('With %s', (_name, version) => {
  let folder: string
  beforeAll(async () => {
    folder = emptyApp({ 'shop.ts': SHOP, 'main.ts': MAIN })
    const others = [`@trpc/server@${version}`, 'zod@4', 'superjson@2', '@types/node@20']
    await packInto(folder, ['trpc-hybrid'], others)
    await compileStrictly(folder, ['main.ts'])
  })

  it('has that version installed', () => {
    const installed = join(folder, 'node_modules/@trpc/server/package.json')
    const { version: found } = JSON.parse(readFileSync(installed, 'utf8')) as { version: string }
    expect(found === oldest).toBe(version === oldest)
  })

  itServesTheShop(async () => {
    const program = run([process.execPath, 'main.js'], { cwd: folder })
    const [, url = ''] = await program.printed(/listening at (\S+)/)
    expect(program.output()).toContain('/items/{id} /items /broken /mine\n')
    return { url, close: () => end(program) }
  })
})
