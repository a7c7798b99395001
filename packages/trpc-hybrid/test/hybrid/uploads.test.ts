import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { setTimeout as delay } from 'node:timers/promises'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { inferRouterInputs } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { FILE_HOSTS } from './file-hosts.ts'
import { openRaw } from '../../../server/test/support/raw.ts'
import { createUploads, runs, uploadRouter } from './uploads.ts'
import { createHybrid } from 'trpc-hybrid'
import { nodeHandler } from 'trpc-hybrid/node'
import { listen, type Host } from './hosts.ts'

const FORM = 'multipart/form-data'
const BYTES = 'application/octet-stream'

function form(entries: readonly (readonly [string, string | Blob, string?])[]): FormData {
  const made = new FormData()
  for (const [name, value, fileName] of entries) {
    if (typeof value === 'string') made.append(name, value)
    else made.append(name, value, fileName)
  }
  return made
}

const text = (content: string, type = 'text/plain') => new Blob([content], { type })
const photo = ['photo', text('pixels', 'image/png'), 'cat.png'] as const

describe.each(Object.entries(FILE_HOSTS))('files that are sent to %s', (_name, start) => {
  let host: Host
  beforeAll(async () => {
    host = await start(createUploads())
  })
  afterAll(() => host.close())

  async function send(path: string, body: FormData | Blob | string | Uint8Array, type?: string) {
    const headers = type === undefined ? {} : { 'content-type': type }
    const method = path.startsWith('/things') ? 'PUT' : 'POST'
    const response = await fetch(`${host.url}${path}`, { method, body, headers })
    return [response.status, await response.json()]
  }

  const raw = (parts: readonly string[], end = '--xyz--\r\n') =>
    parts.map((part) => `--xyz\r\n${part}\r\n`).join('') + end
  const part = (headers: string, content = 'pixels') =>
    `Content-Disposition: form-data; ${headers}\r\n\r\n${content}`
  const sendRaw = (body: string, path = '/photos/a') => send(path, body, `${FORM}; boundary=xyz`)

  it('are taken with fields, over REST and RPC alike', async () => {
    const sent = form([
      ['title', 'A cat'],
      ['stars', '5'],
      ['tags', 'one'],
      ['tags', 'two'],
      photo,
      ['more', text('a'), 'a.txt'],
    ])
    const got = {
      album: 'pets',
      title: 'A cat',
      stars: 5,
      tags: ['one', 'two'],
      photo: { name: 'cat.png', type: 'image/png', text: 'pixels' },
      more: [{ name: 'a.txt', type: 'text/plain', text: 'a' }],
    }
    expect(await send('/photos/pets', sent)).toEqual([200, got])
    sent.set('album', 'pets')
    const client = createTRPCClient<typeof uploadRouter>({
      links: [httpLink({ url: `${host.url}/trpc` })],
    })
    expect(await client.photo.mutate(sent as never)).toEqual(got)
  })

  it('are sent by a typed client as a form, which REST and callers take too', async () => {
    const sent = form([['album', 'pets'], ['stars', '5'], photo])
    const got = {
      album: 'pets',
      stars: 5,
      photo: { name: 'cat.png', type: 'image/png', text: 'pixels' },
    }
    const client = createTRPCClient<typeof uploadRouter>({
      links: [httpLink({ url: `${host.url}/trpc` })],
    })
    expect(await client.typed.mutate(sent)).toEqual(got)
    expect(await uploadRouter.createCaller({}).typed(sent)).toEqual(got)
    expectTypeOf<inferRouterInputs<typeof uploadRouter>['typed']>().toEqualTypeOf<FormData>()
    sent.delete('album')
    expect(await send('/typed/pets', sent)).toEqual([200, got])
    sent.set('stars', 'five')
    expect(await send('/typed/pets', sent)).toMatchObject([400, { issues: [{ path: ['stars'] }] }])
  })

  it('are refused where they do not fit, over REST and RPC alike', async () => {
    const issue = (path: string, message: string) => ({
      message: 'Input validation failed',
      issues: [{ path: [path], message }],
    })
    const wrong = form([['stars', '9'], photo])
    const few = issue('stars', 'Too big: expected number to be <=5')
    expect(await send('/photos/a', wrong)).toEqual([400, few])
    wrong.set('album', 'a')
    expect(await send('/trpc/photo', wrong)).toMatchObject([
      400,
      { error: { data: { issues: few.issues } } },
    ])
    expect(await send('/photos/a', form([['photo', 'no file']]))).toMatchObject([
      400,
      { issues: [{ path: ['photo'] }] },
    ])
    const large = form([['photo', text('x'.repeat(200_001)), 'x']])
    expect(await send('/photos/a', large)).toMatchObject([400, { issues: [{ path: ['photo'] }] }])
  })

  it('are absent where a file field was left empty', async () => {
    const empty = part(`name="file"; filename=""\r\nContent-Type: ${BYTES}`, '')
    expect(await sendRaw(raw([empty]), '/optional')).toEqual([200, { has: false }])
    expect(await send('/optional', form([['file', new Blob([]), 'empty.txt']]))).toEqual([
      200,
      { has: true },
    ])
  })

  it('need no file: a form has fields alone, and JSON stays', async () => {
    expect(await send('/plain', form([['n', '3']]))).toEqual([200, { n: 3 }])
    expect(await send('/trpc/plain', form([['n', '3']]))).toEqual([
      200,
      { result: { data: { n: 3 } } },
    ])
    expect(await send('/plain', '{"n":3}', 'application/json')).toEqual([200, { n: 3 }])
    expect(await send('/plain', 'n=3', 'application/x-www-form-urlencoded')).toEqual([
      200,
      { n: 3 },
    ])
  })

  it('are the whole body, of a media type that is named', async () => {
    expect(await send('/file', 'hello', 'image/png')).toEqual([
      200,
      { name: '', type: 'image/png', text: 'hello' },
    ])
    for (const path of ['blob', 'bytes', 'stream']) {
      expect(await send(`/${path}`, 'hello', BYTES)).toEqual([200, { length: 5 }])
      expect(await send(`/trpc/${path}`, 'hello', BYTES)).toEqual([
        200,
        { result: { data: { length: 5 } } },
      ])
    }
    expect(await send('/trpc/file', 'hello', BYTES)).toMatchObject([
      200,
      { result: { data: { text: 'hello' } } },
    ])
  })

  it('are the whole body beside the parameters of the path, or a part of a form', async () => {
    const got = { id: 7, image: { name: '', type: 'image/png', text: 'hello' } }
    expect(await send('/things/7/image', 'hello', 'image/png')).toEqual([200, got])
    const named = { id: 7, image: { ...got.image, name: 'a.png' } }
    const sent = form([['image', text('hello', 'image/png'), 'a.png']])
    expect(await send('/things/7/image', sent)).toEqual([200, named])
    const other = form([['image', text('hello', 'text/html'), 'a.png']])
    expect((await send('/things/7/image', other))[0]).toBe(400)
  })

  it('files of another media type are a 415 that names those taken', async () => {
    const message = (types: string) => ({ message: `Unsupported Media Type: send ${types}` })
    expect(await send('/file', '{}', 'application/json')).toEqual([
      415,
      message(`${BYTES} or image/png`),
    ])
    expect(await send('/optional', '{}', 'application/json')).toEqual([415, message(FORM)])
    expect(await send('/file', form([photo]))).toEqual([415, message(`${BYTES} or image/png`)])
  })

  it('are a 413 where they are too large, for each procedure its own', async () => {
    expect(await send('/blob', new Uint8Array(102_400), BYTES)).toEqual([200, { length: 102_400 }])
    for (const body of [new Uint8Array(102_401), new Uint8Array(5_000_000)]) {
      expect(await send('/blob', body, BYTES)).toEqual([413, { message: 'Payload Too Large' }])
      expect((await send('/trpc/blob', body, BYTES))[0]).toBe(413)
    }
    expect((await send('/file', new Uint8Array(300_000), BYTES))[0]).toBe(200)
    expect((await send('/file', new Uint8Array(300_001), BYTES))[0]).toBe(413)
    expect((await send('/trpc/file', new Uint8Array(300_000), BYTES))[0]).toBe(200)
    expect((await send('/trpc/file', new Uint8Array(300_001), BYTES))[0]).toBe(413)
  })

  it('are a 413 as soon as more has come, however much would follow', async () => {
    const { port } = new URL(host.url)
    const head = `POST /blob HTTP/1.1\r\nHost: a\r\nContent-Type: ${BYTES}\r\nTransfer-Encoding: chunked\r\n\r\n`
    const { socket, received } = openRaw(Number(port), head)
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    for (let sent = 0; sent < 10_000 && received() === '' && !socket.destroyed; sent++) {
      if (!socket.write(chunk)) await delay(1)
    }
    await expect.poll(received).toMatch(/^HTTP\/1.1 413 /)
    socket.destroy()
  })

  it('may be compressed, and are as large as they come out', async () => {
    const post = (body: Uint8Array) =>
      fetch(`${host.url}/bytes`, {
        method: 'POST',
        body: body as Uint8Array<ArrayBuffer>,
        headers: { 'content-type': BYTES, 'content-encoding': 'gzip' },
      })
    expect(await (await post(gzipSync('hello'))).json()).toEqual({ length: 5 })
    expect((await post(gzipSync(new Uint8Array(10_000_000)))).status).toBe(413)
  })

  const broken = (why: string) => ({ message: `Bad Request: the body is no ${FORM}, ${why}` })

  it.each([
    ['a part without an end', raw([], `--xyz\r\n${part('name="photo"')}`), 'its parts are broken'],
    ['nothing but text', 'hello', 'its parts are broken'],
    [
      'another boundary',
      raw([part('name="photo"')]).replaceAll('--xyz', '--abc'),
      'its parts are broken',
    ],
    [
      'a part without a name',
      raw(['Content-Disposition: form-data\r\n\r\n1']),
      'its parts are broken',
    ],
    ['a part without headers', raw(['hello']), 'its parts are broken'],
    [
      'a huge header',
      raw([part(`name="photo"; filename="${'y'.repeat(90_000)}"`)]),
      'the headers of a part are too long',
    ],
    [
      'many headers',
      raw([`${'X-A: b\r\n'.repeat(5_000)}${part('name="photo"')}`]),
      'the headers of a part are too long',
    ],
  ])('are a 400 where the form is broken: %s', async (_case, body, why) => {
    expect(await sendRaw(body)).toEqual([400, broken(why)])
    const [status, answer] = await sendRaw(body, '/trpc/photo')
    expect([status, answer]).toMatchObject([400, { error: { message: broken(why).message } }])
  })

  it.each([FORM, `${FORM}; boundary=`, `${FORM}; boundary="${'q'.repeat(71)}"`])(
    'are a 400 without a boundary: %s',
    async (type) => {
      const why = broken('its content type names no boundary')
      expect(await send('/photos/a', raw([part('name="photo"')]), type)).toEqual([400, why])
    },
  )

  it('are a 413 in more parts than 500, within a moment', async () => {
    const began = performance.now()
    const tiny = (count: number) =>
      raw(Array.from({ length: count }, () => part('name="tags"', '')))
    expect(await sendRaw(tiny(10_000))).toEqual([413, { message: 'Payload Too Large' }])
    expect(await sendRaw(tiny(501))).toEqual([413, { message: 'Payload Too Large' }])
    expect(performance.now() - began).toBeLessThan(2_000)
    expect((await sendRaw(tiny(500)))[0]).toBe(400)
  })

  it('are bytes where a form is in a form', async () => {
    const inner = '--y\r\nContent-Disposition: form-data; name="stars"\r\n\r\n1\r\n--y--'
    const nested = `name="photo"; filename="z"\r\nContent-Type: multipart/mixed; boundary=y`
    expect(await sendRaw(raw([part(nested, inner)]))).toEqual([
      200,
      { album: 'a', photo: { name: 'z', type: 'multipart/mixed; boundary=y', text: inner } },
    ])
  })

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\\\temp\\\\a.txt', 'a.txt'],
    ['a%0D%0ASet-Cookie: b%22c', 'aSet-Cookie: b"c'],
    ['..', ''],
    ['\u202egnp.exe', 'gnp.exe'],
    ['é😀.png', 'é😀.png'],
  ])('have a name that is none of another place: %s', async (sent, name) => {
    const [status, answer] = await sendRaw(raw([part(`name="photo"; filename="${sent}"`)]))
    expect([status, answer]).toMatchObject([200, { photo: { name } }])
  })

  it('are not waited for where a guard refuses', async () => {
    const { port } = new URL(host.url)
    for (const path of ['/guarded', '/trpc/guarded']) {
      const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}; boundary=x\r\nContent-Length: 5000\r\n\r\n`
      const { socket, received } = openRaw(Number(port), head)
      await expect.poll(received).toMatch(/^HTTP\/1.1 403 /)
      socket.destroy()
    }
    expect(runs.count).toBe(0)
  })

  it('files of a sender that leaves halfway end nothing else', async () => {
    const { port } = new URL(host.url)
    for (const path of ['/photos/a', '/blob', '/trpc/blob']) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${BYTES}\r\nContent-Length: 5000\r\n\r\nhalf`,
      )
      await delay(20)
      socket.resetAndDestroy()
    }
    expect(await send('/plain', form([['n', '3']]))).toEqual([200, { n: 3 }])
  })
})

describe('files behind a parser', () => {
  const sendTo = async (
    body: (req: IncomingMessage) => Promise<unknown>,
    sent: FormData | Blob,
  ): Promise<unknown> => {
    const faults: unknown[] = []
    const hybrid = createHybrid({
      router: uploadRouter,
      info: { title: 'Uploads', version: '1.0.0' },
      onError: ({ error }) => faults.push((error.cause as Error).message),
    })
    const handle = nodeHandler(hybrid, { createContext: () => ({}) })
    const host = await listen((req, res) => {
      void body(req).then((parsed) => {
        handle(Object.assign(req, { body: parsed }), res)
      })
    })
    const path = sent instanceof Blob ? '/bytes' : '/plain'
    const response = await fetch(`${host.url}${path}`, { method: 'POST', body: sent })
    const answer: unknown = await response.json()
    await host.close()
    return [response.status, answer, ...faults]
  }
  const bytes = new Blob(['hello'], { type: BYTES })
  const fields = form([['n', '3']])

  it('are taken where it leaves them alone, or keeps the bytes', async () => {
    const leave = () => Promise.resolve({}) // as Express 4 does
    expect(await sendTo(leave, bytes)).toEqual([200, { length: 5 }])
    expect(await sendTo(leave, fields)).toEqual([200, { n: 3 }])
    expect(await sendTo(buffer, bytes)).toEqual([200, { length: 5 }])
    expect(await sendTo(buffer, fields)).toEqual([200, { n: 3 }])
  })

  it('are a 500 that says why where it takes them', async () => {
    const failed = [
      500,
      { message: 'Internal Server Error' },
      'A parser in front of the API has taken the body: let it leave files alone',
    ]
    expect(await sendTo(() => Promise.resolve({ n: '3' }), fields)).toEqual(failed)
    const drop = (req: IncomingMessage) => buffer(req).then(() => ({}))
    expect(await sendTo(drop, fields)).toEqual(failed)
  })
})
