import { initTRPC } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { createUploads } from '../support/uploads.ts'

const FORM = 'multipart/form-data'
const BYTES = 'application/octet-stream'
const binary = (contentMediaType: string) => ({
  type: 'string',
  format: 'binary',
  contentMediaType,
})

const bodyAt = (path: string, method = 'post') =>
  (createUploads().document.paths[path]?.[method]?.requestBody ?? {}) as {
    readonly required?: boolean
    readonly content: Readonly<
      Record<string, { readonly schema: object; readonly encoding?: object }>
    >
  }

describe('the description of files that are sent', () => {
  it('has them in a form, with their sizes', () => {
    const { required, content } = bodyAt('/photos/{album}')
    expect([required, Object.keys(content)]).toEqual([true, [FORM]])
    expect(content[FORM]).toMatchObject({
      schema: {
        properties: {
          tags: { type: 'array', items: { type: 'string' } },
          photo: { ...binary(BYTES), maxLength: 200_000 },
          more: { type: 'array', items: binary(BYTES) },
        },
        required: ['photo'],
      },
    })
    expect(JSON.stringify(content)).not.toMatch(/contentEncoding|encoding/)
  })

  it('names the media types that a file may have', () => {
    const t = initTRPC.meta<HybridMeta>().create()
    const router = t.router({
      add: t.procedure
        .meta({ openapi: { method: 'POST', path: '/add', contentTypes: [FORM] } })
        .input(
          z.object({
            image: z.file().mime(['image/png', 'image/jpeg']),
            pdf: z.array(z.file().mime('application/pdf')),
          }),
        )
        .output(z.string())
        .mutation(() => ''),
    })
    const { document } = createHybrid({ router, info: { title: 'T', version: '1' } })
    const { content } = document.paths['/add']?.['post']?.requestBody as ReturnType<typeof bodyAt>
    expect(content[FORM]?.encoding).toEqual({
      image: { contentType: 'image/png, image/jpeg' },
      pdf: { contentType: 'application/pdf' },
    })
  })

  it('has them as the whole body, of each media type', () => {
    expect(bodyAt('/file')).toEqual({
      required: true,
      content: { [BYTES]: { schema: binary(BYTES) }, 'image/png': { schema: binary('image/png') } },
    })
    const { content } = bodyAt('/things/{id}/image', 'put')
    expect(content['image/png']).toEqual({ schema: binary('image/png') })
    expect(content[FORM]).toMatchObject({
      schema: { properties: { image: binary('image/png') }, required: ['image'] },
      encoding: { image: { contentType: 'image/png' } },
    })
  })
})
