import { setTimeout as delay } from 'node:timers/promises'
import { fileOutput, formInput } from 'trpc-hybrid'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, router } from '../support/trpc.ts'
import { useServer } from '../support/fixtures.ts'
import { openRaw } from '../support/raw.ts'

const FORM = 'multipart/form-data'
const ended: string[] = []

async function* lines(name: string) {
  try {
    for (let line = 1; line <= 100; line++) {
      await delay(1)
      yield `${line},`
      if (name === 'broken' && line === 3) throw new Error('secret text')
    }
  } finally {
    ended.push(name)
  }
}

const Length = z.object({ length: z.number() })
const tags = ['Files']
const files = router({
  save: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/api/files',
        tags,
        contentTypes: [FORM],
        maxBytes: 50_000,
      },
    })
    .input(formInput(z.object({ file: z.file() })))
    .output(Length)
    .mutation(({ input }) => ({ length: input.file.size })),
  saveLarge: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/api/large-files',
        tags,
        contentTypes: [FORM],
        maxBytes: 1_000_000,
      },
    })
    .input(formInput(z.object({ file: z.file() })))
    .output(Length)
    .mutation(({ input }) => ({ length: input.file.size })),
  lines: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/lines/{name}', tags } })
    .input(z.object({ name: z.string() }))
    .output(fileOutput('text/plain'))
    .query(({ input: { name } }) => ({ fileName: `${name}.txt`, body: lines(name) })),
})

describe('files on the server', () => {
  const origin = 'https://app.example.com'
  const fixture = useServer({ router: files, env: { CLIENT_ORIGIN_URL: origin } })

  const form = (size: number) => {
    const body = new FormData()
    body.set('file', new Blob([new Uint8Array(size)]), 'a.bin')
    return body
  }

  it('are as large as the procedure says, from those who may send them', async () => {
    const token = await fixture.issuer.mint()
    const post = (path: string, size: number, headers = {}) =>
      fetch(`${fixture.server.url}${path}`, { method: 'POST', body: form(size), headers })
    const authorization = `Bearer ${token}`
    for (const [path, max] of [
      ['/api/files', 50_000],
      ['/trpc/save', 50_000],
      ['/api/large-files', 1_000_000],
      ['/trpc/saveLarge', 1_000_000],
    ] as const) {
      const statuses = [
        await post(path, max - 1_000, { authorization }),
        await post(path, max, { authorization }),
        await post(path, 1_000),
      ].map(({ status }) => status)
      expect(statuses).toEqual([200, 413, 401])
    }
  })

  it.each([
    ['/api/files', 60_000],
    ['/trpc/save', 60_000],
    ['/api/large-files', 1_000_001],
    ['/trpc/saveLarge', 1_000_001],
    ['/trpc/saveLarge,save?batch=1', 200_000],
  ])('files on the server that are too large are not asked for: %s', async (path, length) => {
    const token = await fixture.issuer.mint()
    const headers = [
      'Host: a',
      `Authorization: Bearer ${token}`,
      `Content-Type: ${FORM}; boundary=x`,
      `Content-Length: ${length}`,
      'Expect: 100-continue',
    ]
    const head = `POST ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
    const answer = await openRaw(fixture.server.port, head).closed
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
    expect(answer).not.toContain('100 Continue')
  })

  it('have the headers of every answer', async () => {
    const response = await fetch(`${fixture.server.url}/api/lines/all`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="all.txt"',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
  })

  it('have a name that pages of other origins may read', async () => {
    const exposed = async (path: string) => {
      const { headers } = await fetch(`${fixture.server.url}${path}`, { headers: { origin } })
      return headers.get('access-control-expose-headers')
    }
    expect(await exposed('/api/lines/all')).toContain('Content-Disposition')
    expect(await exposed('/trpc/lines')).not.toContain('Content-Disposition')
  })

  it('come whole, or not at all', async () => {
    const whole = await fetch(`${fixture.server.url}/api/lines/all`)
    expect((await whole.text()).endsWith(',100,')).toBe(true)
    const broken = await fetch(`${fixture.server.url}/api/lines/broken`)
    await expect(broken.text()).rejects.toThrow()
  })

  it('end with the client that wanted them', async () => {
    ended.length = 0
    const head = 'GET /api/lines/left HTTP/1.1\r\nHost: a\r\n\r\n'
    const { socket, received } = openRaw(fixture.server.port, head)
    await expect.poll(received).toContain('1,')
    socket.resetAndDestroy()
    await expect.poll(() => ended).toEqual(['left'])
  })
})
