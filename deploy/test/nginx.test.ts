import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import {
  closeServer,
  findFreePort,
  listenOnLoopback,
} from '../../packages/server/test/support/http.ts'
import { hasNginx, startNginx, type TestNginx } from '../../packages/server/test/support/nginx.ts'

describe.skipIf(!hasNginx)('nginx in front of two replicas', () => {
  let nginx: TestNginx
  const servers: Server[] = []
  afterEach(async () => {
    await nginx.end()
    await Promise.all(servers.splice(0).map(closeServer))
  })

  async function startReplica(listener: RequestListener): Promise<number> {
    const server = createServer(listener)
    servers.push(server)
    return listenOnLoopback(server)
  }

  it.each(['GET', 'PUT', 'POST'])(
    'sends a %s to one of them, once, if that ends',
    async (method) => {
      let received = 0
      const end: RequestListener = (req) => {
        received++
        req.socket.destroy()
      }
      nginx = await startNginx([await startReplica(end), await startReplica(end)])
      const answer = await fetch(nginx.url, { method })
      expect([answer.status, received]).toEqual([502, 1])
    },
  )

  it.each(['/', '/messages/'])(
    'sends what one that is away could not be sent to the other one, under %s',
    async (path) => {
      const urls: (string | undefined)[] = []
      const answer: RequestListener = (req, res) => {
        urls.push(req.url)
        res.setHeader('content-type', 'text/plain')
        req.pipe(res)
      }
      nginx = await startNginx([await findFreePort(), await startReplica(answer)], path)
      for (const body of ['one', 'two', 'three', 'four']) {
        const response = await fetch(`${nginx.url}${path}x?y`, { method: 'POST', body })
        expect([response.status, await response.text()]).toEqual([200, body])
      }
      expect(urls).toEqual(['/x?y', '/x?y', '/x?y', '/x?y'])
    },
  )

  it('says 502 where both are away', async () => {
    nginx = await startNginx([await findFreePort(), await findFreePort()])
    expect((await fetch(nginx.url)).status).toBe(502)
  })
})
