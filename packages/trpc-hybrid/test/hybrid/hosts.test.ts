import { describe, expect, it } from 'vitest'
import { HOSTS } from './hosts.ts'
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
