import { initTRPC } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { createDownloads } from '../hybrid/downloads.ts'
import { lintDescription } from '../../../server/test/support/lint-description.ts'
import { createUploads } from '../hybrid/uploads.ts'

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

describe('the description of files that are answered', () => {
  const { paths } = createDownloads().document
  const contentOf = (path: string, method = 'get', status = 200) =>
    (paths[path]?.[method]?.responses[status] as { content: object }).content

  it('has their media type, and no JSON', () => {
    expect(contentOf('/rows/{name}')).toEqual({ 'text/csv': { schema: { type: 'string' } } })
    expect(contentOf('/made', 'post', 201)).toEqual({ 'text/csv': { schema: { type: 'string' } } })
    expect(contentOf('/file')).toEqual({ 'image/png': { schema: binary('image/png') } })
    expect(contentOf('/latin')).toEqual({ 'text/plain': { schema: { type: 'string' } } })
  })

  it('has errors as JSON', () => {
    expect(Object.keys(contentOf('/rows/{name}', 'get', 400))).toEqual(['application/json'])
  })
})

it.each([createUploads, createDownloads])(
  'the document has no fault that a linter finds',
  async (create) => {
    const faults = (await lintDescription(create().document as never)) as { ruleId: string }[]
    const SAMPLE = ['info-license', 'operation-summary']
    expect(faults.filter(({ ruleId }) => !SAMPLE.includes(ruleId))).toEqual([])
  },
)
