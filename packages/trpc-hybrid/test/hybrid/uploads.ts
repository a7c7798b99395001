import { initTRPC } from '@trpc/server'
import { z } from 'zod'
import { createGuard, createHybrid, FeatureError, formInput, type HybridMeta } from 'trpc-hybrid'

const t = initTRPC.meta<HybridMeta>().create()
const FORM = 'multipart/form-data'
const post = (path: `/${string}`, contentTypes: readonly string[], maxBytes?: number) =>
  t.procedure.meta({
    openapi: { method: 'POST', path, contentTypes, ...(maxBytes !== undefined && { maxBytes }) },
  })

const Seen = z.object({ name: z.string(), type: z.string(), text: z.string() })
const seen = async (file: File) => ({
  name: file.name,
  type: file.type,
  text: (await file.text()).slice(0, 100),
})
const Length = z.object({ length: z.number() })

/** How often a procedure behind the guard has run. */
export const runs = { count: 0 }

export const uploadRouter = t.router({
  photo: post('/photos/{album}', [FORM], 1_000_000)
    .input(
      z.object({
        album: z.string(),
        title: z.string().optional(),
        stars: z.int().max(5).optional(),
        tags: z.array(z.string()).optional(),
        photo: z.file().max(200_000),
        more: z.array(z.file()).optional(),
      }),
    )
    .output(
      z.object({
        album: z.string(),
        title: z.string().optional(),
        stars: z.int().optional(),
        tags: z.array(z.string()).optional(),
        photo: Seen,
        more: z.array(Seen).optional(),
      }),
    )
    .mutation(async ({ input: { photo, more, ...others } }) => ({
      ...others,
      photo: await seen(photo),
      ...(more && { more: await Promise.all(more.map(seen)) }),
    })),
  typed: post('/typed/{album}', [FORM])
    .input(formInput(z.object({ album: z.string(), stars: z.int(), photo: z.file() })))
    .output(z.object({ album: z.string(), stars: z.int(), photo: Seen }))
    .mutation(async ({ input: { photo, ...others } }) => ({ ...others, photo: await seen(photo) })),
  optional: post('/optional', [FORM])
    .input(z.object({ file: z.file().optional() }))
    .output(z.object({ has: z.boolean() }))
    .mutation(({ input }) => ({ has: input.file !== undefined })),
  plain: post('/plain', ['application/json', 'application/x-www-form-urlencoded', FORM])
    .input(z.object({ n: z.number() }))
    .output(z.object({ n: z.number() }))
    .mutation(({ input }) => input),
  file: post('/file', ['application/octet-stream', 'image/png'], 300_000)
    .input(z.file())
    .output(Seen)
    .mutation(({ input }) => seen(input)),
  blob: post('/blob', ['application/octet-stream'])
    .input(z.instanceof(Blob))
    .output(Length)
    .mutation(({ input }) => ({ length: input.size })),
  bytes: post('/bytes', ['application/octet-stream'])
    .input(z.instanceof(Uint8Array))
    .output(Length)
    .mutation(({ input }) => ({ length: input.length })),
  stream: post('/stream', ['application/octet-stream'])
    .input(z.instanceof(ReadableStream))
    .output(Length)
    .mutation(async ({ input }) => ({
      length: (await new Response(input as ReadableStream<Uint8Array>).arrayBuffer()).byteLength,
    })),
  put: t.procedure
    .meta({
      openapi: { method: 'PUT', path: '/things/{id}/image', contentTypes: ['image/png', FORM] },
    })
    .input(z.object({ id: z.int(), image: z.file().mime('image/png') }))
    .output(z.object({ id: z.int(), image: Seen }))
    .mutation(async ({ input: { id, image } }) => ({ id, image: await seen(image) })),
  guarded: t.procedure
    .use(
      createGuard(() => {
        throw new FeatureError('forbidden', 'Not you')
      }),
    )
    .meta({ openapi: { method: 'POST', path: '/guarded', contentTypes: [FORM] } })
    .input(z.object({ file: z.file() }))
    .output(Length)
    .mutation(() => ({ length: ++runs.count })),
})

export const createUploads = () =>
  createHybrid({ router: uploadRouter, info: { title: 'Uploads', version: '1.0.0' } })
