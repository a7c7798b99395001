import { createServer, get as httpGet } from 'node:http'
import { createTRPCClient, httpLink } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDeadlines } from 'trpc-hybrid/engine'
import { createOpenApiNodeHttpHandler } from 'trpc-hybrid/trpc-to-openapi'
import { begun, createDownloads, ended, faults, downloadRouter } from './downloads.ts'
import { FILE_HOSTS } from './file-hosts.ts'
import { baseUrl, closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'
import { uploadRouter } from './uploads.ts'
import { openRaw } from '../../../server/test/support/raw.ts'
import type { Host } from './hosts.ts'

describe.each(Object.entries(FILE_HOSTS))('files that are answered by %s', (_name, start) => {
  let host: Host
  beforeAll(async () => {
    host = await start(createDownloads())
  })
  afterAll(() => host.close())

  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`${host.url}${path}`, { method })
    const { status, headers } = response
    const header = (name: string) => headers.get(name)
    return { status, header, body: await response.text() }
  }

  it('come piece by piece, as a file to be saved', async () => {
    const { status, header, body } = await ask('/rows/all.csv')
    expect([status, body]).toEqual([200, '1,é\n2,é\n3,é\n'])
    expect(header('content-type')).toBe('text/csv; charset=utf-8')
    expect(header('content-disposition')).toBe('attachment; filename="all.csv"')
    expect(header('x-content-type-options')).toBe('nosniff')
    expect((await ask('/rows/all.csv?count=2000')).body).toHaveLength(12_893)
  })

  it.each([
    ['/text', 'text/csv; charset=utf-8', 'a,é\n', '5', null],
    ['/buffer', 'application/octet-stream', 'bytes', '5', null],
    ['/blob', 'application/pdf', 'pdf', '3', null],
    ['/file', 'image/png', 'png', '3', 'attachment; filename="cat.png"'],
    ['/stream', 'application/octet-stream', 'streamed', null, null],
    ['/readable', 'application/octet-stream', 'readable', null, null],
    ['/latin', 'text/plain; charset=iso-8859-1', '\ufffd', '1', null],
    ['/empty', 'text/csv; charset=utf-8', '', null, null],
  ])('are made of whatever has text or bytes: %s', async (...[path, type, body, length, saved]) => {
    for (const method of ['GET', 'HEAD']) {
      const got = await ask(path, method)
      expect([got.status, got.body]).toEqual([200, method === 'GET' ? body : ''])
      expect(got.header('content-type')).toBe(type)
      expect(got.header('content-disposition')).toBe(saved)
      if (length !== null) expect(got.header('content-length')).toBe(length)
    }
  })

  it('have the status that the procedure says', async () => {
    expect(await ask('/made', 'POST')).toMatchObject({ status: 201, body: '1,é\n' })
  })

  it.each([
    ['a.csv', 'filename="a.csv"'],
    ['a b.csv', 'filename="a b.csv"'],
    ['../../etc/passwd', 'filename="passwd"'],
    ['a"b\\c".csv', 'filename="c_.csv"; filename*=UTF-8\'\'c%22.csv'],
    ['a\r\nSet-Cookie: b', 'filename="aSet-Cookie_ b"; filename*=UTF-8\'\'aSet-Cookie%3A%20b'],
    [
      "naïve (€) 'x'*.csv",
      "filename=\"na_ve (_) 'x'_.csv\"; filename*=UTF-8''na%C3%AFve%20%28%E2%82%AC%29%20%27x%27%2A.csv",
    ],
    ['100%.csv', 'filename="100_.csv"; filename*=UTF-8\'\'100%25.csv'],
  ])('have a name that is safe in a header: %j', async (name, said) => {
    const { header } = await ask(`/rows/${encodeURIComponent(name)}`)
    expect(header('content-disposition')).toBe(`attachment; ${said}`)
    expect(header('set-cookie')).toBeNull()
  })

  it('are errors like others until their first piece', async () => {
    for (const method of ['GET', 'HEAD']) {
      const told = async (path: string) => {
        const { status, header, body } = await ask(path, method)
        expect(header('content-type')).toBe('application/json; charset=utf-8')
        expect(header('content-disposition')).toBeNull()
        return [status, method === 'GET' ? (JSON.parse(body) as unknown) : body]
      }
      const as = (message: string) => (method === 'GET' ? { message } : '')
      expect(await told('/refused')).toEqual([404, as('There are no such rows')])
      expect(await told('/guarded')).toEqual([403, as('Not you')])
      expect(await told('/stream-fails')).toEqual([404, as('Not Found')])
      for (const path of ['/fails-first', '/no-file', '/no-piece']) {
        expect(await told(path)).toEqual([500, as('Internal Server Error')])
      }
    }
  })

  it('break the connection where they fail later, and somebody is told', async () => {
    faults.length = 0
    const { port } = new URL(host.url)
    const { closed } = openRaw(Number(port), 'GET /fails-later HTTP/1.1\r\nHost: a\r\n\r\n')
    const received = await closed
    expect(received).toMatch(/^HTTP\/1.1 200 [^]*1,/)
    expect(received).not.toMatch(/\r\n0\r\n\r\n$|secret/)
    expect(faults).toEqual(['failsLater 500'])
  })

  it.each([
    ['/endless', 'generator'],
    ['/endless-stream', 'stream'],
  ])('end their producer when the client leaves: %s', async (path, name) => {
    ended.length = 0
    await new Promise<void>((resolve, reject) => {
      const request = httpGet(`${host.url}${path}`, (response) => {
        response.once('data', () => {
          request.destroy()
          resolve()
        })
      })
      request.once('error', reject)
    })
    await expect.poll(() => ended).toEqual([name])
  })

  it('end their producer when the client leaves before the first piece', async () => {
    ended.length = 0
    const { port } = new URL(host.url)
    const { socket } = openRaw(Number(port), 'GET /late HTTP/1.1\r\nHost: a\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(ended).toEqual([])
    socket.resetAndDestroy()
    await expect.poll(() => ended).toEqual(['late'])
  })

  it.each(['/endless', '/endless-stream'])('are begun and ended for HEAD: %s', async (path) => {
    ended.length = 0
    expect((await ask(path, 'HEAD')).status).toBe(200)
    await expect.poll(() => ended).toHaveLength(1)
  })

  it('wait for a client that does not read', async () => {
    ended.length = 0
    const { port } = new URL(host.url)
    const before = process.memoryUsage().rss
    const { socket } = openRaw(Number(port), 'GET /endless HTTP/1.1\r\nHost: a\r\n\r\n')
    socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
    socket.destroy()
    await expect.poll(() => ended).toEqual(['generator'])
  })

  it('are not run over RPC, where the caller is told the route', async () => {
    begun.count = 0
    const client = createTRPCClient<typeof downloadRouter>({
      links: [httpLink({ url: `${host.url}/trpc` })],
    })
    await expect(client.csv.query({ name: 'a' })).rejects.toMatchObject({
      message: 'A file is not served over RPC: ask for GET /rows/{name}',
      data: { httpStatus: 400 },
    })
    await expect(client.made.mutate()).rejects.toThrow('ask for POST /made')
    expect(begun.count).toBe(0)
    expect(await client.plain.query()).toEqual({ ok: true })
  })
})

describe('a file whose first piece does not come in time', () => {
  it('is a 503, and its producer ends', async () => {
    ended.length = 0
    const deadlines = createDeadlines({ timeoutMs: 10, sweepMs: 10 })
    const host = await FILE_HOSTS['node:http']?.(createDownloads({ deadlines }))
    const sweeps = setInterval(deadlines.sweep, 10)
    const response = await fetch(`${host?.url}/late`)
    expect([response.status, await response.json()]).toEqual([
      503,
      { message: 'Service Unavailable' },
    ])
    await expect.poll(() => ended).toEqual(['late'])
    clearInterval(sweeps)
    await host?.close()
  })
})

describe('files in place of those of trpc-to-openapi', () => {
  it('are taken and answered', async () => {
    const listener = createOpenApiNodeHttpHandler({ router: downloadRouter })
    const uploads = createOpenApiNodeHttpHandler({ router: uploadRouter })
    const server = createServer(
      (req, res) => void (req.method === 'GET' ? listener(req, res) : uploads(req, res)),
    )
    const url = baseUrl({ port: await listenOnLoopback(server) })
    const saved = await fetch(`${url}/rows/a.csv`)
    expect(saved.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(saved.headers.get('content-disposition')).toBe('attachment; filename="a.csv"')
    expect(await saved.text()).toContain('1,é')
    expect(await (await fetch(`${url}/refused`)).json()).toMatchObject({ code: 'NOT_FOUND' })
    const body = new FormData()
    body.set('n', '3')
    expect(await (await fetch(`${url}/plain`, { method: 'POST', body })).json()).toEqual({ n: 3 })
    await closeServer(server)
  })
})
