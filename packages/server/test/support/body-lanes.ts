import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { octetInputParser } from '@trpc/server/http'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, router } from './trpc.ts'

const FORM = 'application/x-www-form-urlencoded'
const Note = z.object({ text: z.string() })
const Length = z.object({ length: z.number() })
const lengthOf = ({ input: { text } }: { input: z.infer<typeof Note> }) => ({ length: text.length })

/** Procedures that read the bodies they are sent, and some that don't. */
export const bodyRouter = router({
  save: protectedProcedure
    .meta({
      openapi: { method: 'POST', path: '/api/notes', contentTypes: ['application/json', FORM] },
    })
    .input(Note)
    .output(Length)
    .mutation(lengthOf),
  form: protectedProcedure
    .input(z.instanceof(FormData))
    .mutation(({ input }) => ({ length: (input.get('text') as string).length })),
  bytes: protectedProcedure.input(octetInputParser).mutation(async ({ input }) => ({
    length: (await new Response(input).arrayBuffer()).byteLength,
  })),
  ignore: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/api/ignore' } })
    .output(Length)
    .mutation(() => ({ length: 0 })),
  /** Longer than a test's time-out of a request. */
  slow: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/slow' } })
    .output(Length)
    .query(() => delay(600, { length: 6 })),
  hello: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/hello' } })
    .output(Length)
    .query(() => ({ length: 5 })),
})

export interface Lane {
  readonly name: string
  /** Of the request line. */
  readonly path: string
  readonly headers: string
  /** A body that is taken, and says that its text is `hello`. */
  readonly body: Buffer
}

const JSON_BODY = Buffer.from('{"text":"hello"}')
const MULTIPART = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--x--\r\n'
const lane = (name: string, path: string, { type, body }: Sent): Lane => ({
  name,
  path,
  headers: `Content-Type: ${type}\r\n`,
  body: Buffer.from(body),
})

interface Sent {
  /** And headers behind it. */
  readonly type: string
  readonly body: string | Buffer
}

const JSON_TYPE = 'application/json'
const GZIP = `${JSON_TYPE}\r\nContent-Encoding: gzip`
const JSONL = `${JSON_TYPE}\r\nTrpc-Accept: application/jsonl`
const BATCH = '{"0":{"text":"hello"}}'

/** Every way in which a body is read. */
export const LANES: readonly Lane[] = [
  lane('REST JSON', '/api/notes', { type: JSON_TYPE, body: JSON_BODY }),
  lane('REST form', '/api/notes', { type: FORM, body: 'text=hello' }),
  lane('REST gzip', '/api/notes', { type: GZIP, body: gzipSync(JSON_BODY) }),
  lane('RPC single', '/trpc/save', { type: JSON_TYPE, body: JSON_BODY }),
  lane('RPC gzip', '/trpc/save', { type: GZIP, body: gzipSync(JSON_BODY) }),
  lane('RPC batch', '/trpc/save?batch=1', { type: JSON_TYPE, body: BATCH }),
  lane('RPC jsonl', '/trpc/save?batch=1', { type: JSONL, body: BATCH }),
  lane('RPC multipart', '/trpc/form', { type: 'multipart/form-data; boundary=x', body: MULTIPART }),
  lane('RPC bytes', '/trpc/bytes', { type: 'application/octet-stream', body: 'hello' }),
]
