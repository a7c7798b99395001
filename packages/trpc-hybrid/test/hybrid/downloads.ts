import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { initTRPC, TRPCError } from '@trpc/server'
import { z } from 'zod'
import { createGuard, createHybrid, FeatureError, fileOutput, type HybridMeta } from 'trpc-hybrid'

const t = initTRPC.meta<HybridMeta>().create()
const get = (path: `/${string}`) => t.procedure.meta({ openapi: { method: 'GET', path } })
const csv = fileOutput('text/csv')
const bytes = fileOutput('application/octet-stream')

async function* rows(count: number) {
  for (let row = 1; row <= count; row++) yield await Promise.resolve(`${row},é\n`)
}

/** What became of the producers that never end. */
export const ended: string[] = []
/** How often a file was begun. */
export const begun = { count: 0 }

async function* endless(name: string) {
  try {
    for (;;) {
      await delay(1)
      yield 'x'.repeat(10_000)
    }
  } finally {
    ended.push(name)
  }
}

/** Its first piece comes late. */
async function* late() {
  try {
    await delay(100)
    yield 'late'
  } finally {
    ended.push('late')
  }
}

async function* failing(after: number) {
  yield* rows(after)
  await delay(1)
  throw new Error('secret text')
}

const endlessStream = () =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      await delay(1)
      controller.enqueue(new Uint8Array(10_000))
    },
    cancel() {
      ended.push('stream')
    },
  })

export const downloadRouter = t.router({
  csv: get('/rows/{name}')
    .input(z.object({ name: z.string(), count: z.int().default(3) }))
    .output(csv)
    .query(({ input }) => ({ fileName: input.name, body: rows(input.count) })),
  text: get('/text')
    .output(csv)
    .query(() => 'a,é\n'),
  buffer: get('/buffer')
    .output(bytes)
    .query(() => Buffer.from('bytes')),
  blob: get('/blob')
    .output(fileOutput('application/pdf'))
    .query(() => new Blob(['pdf'])),
  file: get('/file')
    .output(fileOutput('image/png'))
    .query(() => new File(['png'], 'cat.png', { type: 'text/html' })),
  stream: get('/stream')
    .output(bytes)
    .query(() => new Blob(['streamed']).stream()),
  readable: get('/readable')
    .output(bytes)
    .query(() => Readable.from([Buffer.from('read'), Buffer.from('able')])),
  latin: get('/latin')
    .output(fileOutput('text/plain; charset=iso-8859-1'))
    .query(() => Buffer.from('é', 'latin1')),
  empty: get('/empty')
    .output(csv)
    .query(() => rows(0)),
  made: t.procedure
    .meta({ openapi: { method: 'POST', path: '/made', successStatus: 201 } })
    .output(csv)
    .mutation(() => {
      begun.count++
      return rows(1)
    }),
  guarded: t.procedure
    .use(
      createGuard(() => {
        throw new FeatureError('forbidden', 'Not you')
      }),
    )
    .meta({ openapi: { method: 'GET', path: '/guarded' } })
    .output(csv)
    .query(() => rows(1)),
  refused: get('/refused')
    .output(csv)
    .query((): AsyncIterable<string> => {
      throw new FeatureError('not_found', 'There are no such rows')
    }),
  failsFirst: get('/fails-first')
    .output(csv)
    .query(() => failing(0)),
  failsLater: get('/fails-later')
    .output(csv)
    .query(() => failing(2)),
  streamFails: get('/stream-fails')
    .output(bytes)
    .query(
      () =>
        new ReadableStream<Uint8Array>({
          start(controller) {
            controller.error(new TRPCError({ code: 'NOT_FOUND' }))
          },
        }),
    ),
  noFile: get('/no-file')
    .output(csv)
    .query(() => ({ rows: [] }) as never),
  noPiece: get('/no-piece')
    .output(csv)
    .query(() => Readable.from([1, 2]) as never),
  late: get('/late')
    .output(csv)
    .query(() => late()),
  endless: get('/endless')
    .output(csv)
    .query(() => endless('generator')),
  endlessStream: get('/endless-stream').output(bytes).query(endlessStream),
  plain: get('/plain')
    .output(z.object({ ok: z.boolean() }))
    .query(() => ({ ok: true })),
})

/** What `onError` was told. */
export const faults: string[] = []

export const createDownloads = (
  options: Pick<Parameters<typeof createHybrid>[0], 'deadlines'> = {},
) =>
  createHybrid({
    ...options,
    router: downloadRouter,
    info: { title: 'Downloads', version: '1.0.0' },
    onError: ({ path, error }) => {
      faults.push(`${path ?? ''} ${error.status}`)
    },
  })
