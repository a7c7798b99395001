import { createServer } from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
import { initTRPC } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import { baseUrl, closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'

const t = initTRPC.meta<HybridMeta>().create()
const FORM = 'application/x-www-form-urlencoded'
const hybrid = createHybrid({
  router: t.router({
    save: t.procedure
      .meta({
        openapi: { method: 'POST', path: '/notes', contentTypes: ['application/json', FORM] },
      })
      .input(z.object({ text: z.union([z.string(), z.array(z.string())]) }))
      .output(z.object({ text: z.union([z.string(), z.array(z.string())]) }))
      .mutation(({ input }) => input),
    form: t.procedure
      .input(z.instanceof(FormData))
      .mutation(({ input }) => ({ text: input.get('text') as string })),
  }),
  info: { title: 'Bodies', version: '1.0.0' },
})

interface Sent {
  readonly body: string | Buffer
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

const server = createServer(nodeHandler(hybrid, { createContext: () => ({}) }))
const handle = fetchHandler(hybrid, { createContext: () => ({}) })
let url: string
beforeAll(async () => {
  url = baseUrl({ port: await listenOnLoopback(server) })
})
afterAll(() => closeServer(server))

const post = ({ body, type = 'application/json', headers = {} }: Sent) => ({
  method: 'POST',
  headers: { 'content-type': type, ...headers },
  body,
})
/** Both read a body by themselves. */
const ADAPTERS: Readonly<Record<string, (path: string, sent: Sent) => Promise<Response>>> = {
  node: (path, sent) => fetch(`${url}${path}`, post(sent)),
  fetch: (path, sent) => handle(new Request(`http://api.test${path}`, post(sent))),
}

describe.each(Object.entries(ADAPTERS))('A body, to the handler for %s,', (_name, send) => {
  const json = '{"text":"a"}'
  const textOf = async (path: string, sent: Sent) => {
    const response = await send(path, sent)
    return response.ok
      ? ((await response.json()) as { text: unknown }).text
      : [response.status, await response.text()]
  }

  it.each([
    ['gzip', gzipSync(json)],
    ['GZIP', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['Deflate', deflateSync(json)],
    ['Identity', Buffer.from(json)],
  ])('is read in the content coding %s', async (coding, body) => {
    expect(await textOf('/notes', { body, headers: { 'content-encoding': coding } })).toBe('a')
  })

  it.each([
    ['broken', gzipSync(json).subarray(0, -9), 400],
    ['that grows over 100 KiB', gzipSync(Buffer.alloc(2_000_000, ' ')), 413],
  ])('is refused where it is a gzip %s', async (_what, body, status) => {
    const response = await send('/notes', { body, headers: { 'content-encoding': 'gzip' } })
    expect(response.status).toBe(status)
  })

  const MULTIPART = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n--x--\r\n'
  const jsonl = { 'trpc-accept': 'application/jsonl' }
  it.each<[string, string, Sent]>([
    ['JSON', '/notes', { type: 'Application/JSON', body: json }],
    ['a form', '/notes', { type: FORM.toUpperCase(), body: 'text=a' }],
    ['JSON over RPC', '/trpc/save', { type: 'Application/JSON', body: json }],
    [
      'JSON of a streamed batch',
      '/trpc/save?batch=1',
      { type: 'Application/JSON', body: `{"0":${json}}`, headers: jsonl },
    ],
    [
      'a multipart form over RPC',
      '/trpc/form',
      { type: 'Multipart/Form-Data; boundary=x', body: MULTIPART },
    ],
  ])('is read whatever the case of its media type: %s', async (_what, path, sent) => {
    expect(await (await send(path, sent)).text()).toContain('"text":"a"')
  })

  it.each([
    ['text=a+%2B%C3%BC', 'a +ü'],
    ['text=%zz%41', '%zzA'],
    ['text=%FF', '\uFFFD'],
    ['?text=b&&text=a', 'a'],
    ['text=a&text=b', ['a', 'b']],
    ['&&text', ''],
  ])('is a form as browsers write it: %s', async (body, text) => {
    expect(await textOf('/notes', { type: FORM, body })).toEqual(text)
  })
})

it('a compressed body that never ends and never decompresses to anything is refused with 413', async () => {
  const begin = gzipSync('').subarray(0, 10)
  const empty = Buffer.from([0, 0, 0, 0xff, 0xff]) // an empty block (RFC 1951 §3.2.4)
  const blocks = Buffer.concat(Array<Buffer>(1_000).fill(empty))
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(sent++ === 0 ? begin : blocks)
      if (sent > 1_000) controller.close()
    },
  })
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const init = { method: 'POST', headers, body, duplex: 'half' as const }
  expect((await handle(new Request('http://api.test/notes', init))).status).toBe(413)
  expect(sent).toBeLessThan(100)
})
