import { describe, expect, it } from 'vitest'
import { createServer } from 'node:http'
import { createHybrid } from 'trpc-hybrid'
import { nodeHandler } from 'trpc-hybrid/node'
import { baseUrl, closeServer, listenOnLoopback } from '../support/http.ts'
import { HOSTS } from './hosts.ts'
import { shopRouter } from './shop.ts'
import { itServesTheShop } from './shop-contract.ts'

describe.each(Object.entries(HOSTS))('A router of an app of its own in %s', (_name, start) => {
  itServesTheShop(start)
})

describe('Another method at the path of a procedure', () => {
  it.each(['node:http', 'Request and Response', 'Fastify'])('is a 405 in %s', async (name) => {
    const host = await HOSTS[name]?.()
    const response = await fetch(`${host?.url}/items`, { method: 'PUT' })
    await host?.close()
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('An answer that Node.js refuses to send', () => {
  it('is a 500, and the server goes on', async () => {
    const hybrid = createHybrid({
      router: shopRouter,
      info: { title: 'Shop', version: '1.0.0' },
      errorHeaders: ({ status }) => (status === 401 ? { 'www-authenticate': 'a\nb' } : undefined),
    })
    const server = createServer(nodeHandler(hybrid, { createContext: () => ({ user: undefined }) }))
    const url = baseUrl({ port: await listenOnLoopback(server) })
    const statuses = [await fetch(`${url}/mine`), await fetch(`${url}/items/1`)]
    await closeServer(server)
    expect(statuses.map(({ status }) => status)).toEqual([500, 200])
  })
})
