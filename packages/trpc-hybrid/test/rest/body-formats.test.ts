import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'

const FORM = 'application/x-www-form-urlencoded'
const Note = z.object({ text: z.string() })
const fixture = useServer({
  router: router({
    save: publicProcedure
      .meta({
        openapi: { method: 'POST', path: '/api/notes', contentTypes: ['application/json', FORM] },
      })
      .input(Note)
      .input(z.object({ more: z.string().optional() })) // asks for the body once more
      .output(Note)
      .mutation(({ input: { text } }) => ({ text })),
  }),
})

const JSON_TEXT = '{"text":"Grüße 🦊"}'
const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()

async function save(contentType: string, body: string | Buffer, headers = {}): Promise<unknown> {
  const response = await fetch(`${fixture.server.url}/api/notes`, {
    method: 'POST',
    headers: { 'content-type': contentType, ...headers },
    body,
  })
  return response.ok ? ((await response.json()) as { text: string }).text : response.status
}

describe('a JSON body over REST', () => {
  it.each([
    ['application/json', JSON_TEXT],
    ['Application/JSON ; Charset="UTF-8"', JSON_TEXT],
    ['application/json', `\uFEFF${JSON_TEXT}`],
    ['application/json; charset=utf8', Buffer.from(JSON_TEXT)],
    ['application/json; charset=utf-16le', Buffer.from(`\uFEFF${JSON_TEXT}`, 'utf16le')],
    ['application/json; charset=utf-16be', swapped(JSON_TEXT)],
    ['application/json; charset=utf-16', swapped(`\uFEFF${JSON_TEXT}`)],
    ['application/json; charset=utf-16', Buffer.from(JSON_TEXT, 'utf16le')],
  ])('is read as its content type says: %s', async (type, body) => {
    expect(await save(type, body)).toBe('Grüße 🦊')
  })

  it.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ])('is decompressed: %s', async (coding, compress) => {
    const body = (compress as (text: string) => Buffer)(JSON_TEXT)
    expect(await save('application/json', body, { 'content-encoding': coding })).toBe('Grüße 🦊')
  })

  it.each([
    ['application/json; charset=iso-8859-1', JSON_TEXT, {}],
    ['application/json; charset=nonsense', JSON_TEXT, {}],
    ['application/json; charset=__proto__', JSON_TEXT, {}],
    ['application/json', JSON_TEXT, { 'content-encoding': 'gzip, gzip' }],
    ['application/json', JSON_TEXT, { 'content-encoding': 'constructor' }],
    ['application/jsonp', JSON_TEXT, {}],
    ['', JSON_TEXT, {}],
  ])('is refused with 415 in a form that is not read: %s, %s, %o', async (type, body, headers) => {
    expect(await save(type, body, headers)).toBe(415)
  })
})

describe('a form over REST', () => {
  it.each([
    [FORM, 'text=Gr%C3%BC%C3%9Fe+%F0%9F%A6%8A', 'Grüße 🦊'],
    [`${FORM}; charset=utf-8`, 'text=Grüße 🦊', 'Grüße 🦊'],
    [`${FORM}; charset=UTF8`, 'text=Grüße 🦊', 'Grüße 🦊'],
    [`${FORM}; charset=iso-8859-1`, 'text=Gr%FC%DFe+%2B%zz', 'Grüße +%zz'],
    [`${FORM}; charset=iso-8859-1`, Buffer.from('text=Grüße', 'latin1'), 'Grüße'],
  ])('is read as its content type says: %s, %s', async (type, body, text) => {
    expect(await save(type, body)).toBe(text)
  })

  it('is refused with 415 in another character set', async () => {
    expect(await save(`${FORM}; charset=utf-16`, 'text=a')).toBe(415)
  })
})
