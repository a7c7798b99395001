import { expect, it } from 'vitest'
import { call, describeHelpdesk, open } from './helpdesk.ts'

const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index)

interface Put {
  readonly name: string
  readonly body?: Uint8Array
  readonly type?: string
}

describeHelpdesk('an attachment', (desk) => {
  const put = (id: number, { name, body = BYTES, type = 'application/octet-stream' }: Put) =>
    call(desk, `PUT /api/v2/tickets/${id}/attachments/${name}`, {
      as: 'user',
      headers: { 'content-type': type },
      body,
    })

  it('is stored, replaced and given back byte by byte', async () => {
    const id = await open(desk, 'user')
    expect(await put(id, { name: 'a%20b.bin' })).toMatchObject({
      status: 201,
      body: { bytes: 256 },
    })
    expect((await put(id, { name: 'a%20b.bin', body: BYTES.subarray(128) })).status).toBe(200)
    const answer = await fetch(`${desk.running.url}/api/v2/tickets/${id}/attachments/a%20b.bin`, {
      headers: { authorization: `Bearer ${desk.tokens.user}` },
    })
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(BYTES.slice(128))
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;.*a b\.bin/)
  })

  it('is refused where it is too large, of another type, or has no good name', async () => {
    const id = await open(desk, 'user')
    expect((await put(id, { name: 'large', body: new Uint8Array(1_000_001) })).status).toBe(413)
    expect((await put(id, { name: 'page', type: 'text/html' })).status).toBe(415)
    expect((await put(id, { name: '..%2F..%2Fetc' })).status).toBe(400)
    const none = await call(desk, `GET /api/v2/tickets/${id}/attachments/large`, { as: 'user' })
    expect(none).toMatchObject({ status: 404, body: { message: 'There is no such attachment' } })
  })

  it('is of those whose ticket it is', async () => {
    const id = await open(desk, 'admin')
    expect((await put(id, { name: 'a' })).status).toBe(403)
    const target = `GET /api/v2/tickets/${id}/attachments/a`
    expect((await call(desk, target, { as: 'user' })).status).toBe(403)
    expect((await call(desk, target)).status).toBe(401)
  })
})
