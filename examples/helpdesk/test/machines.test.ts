import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { call, describeHelpdesk, SECRET, type Helpdesk } from './helpdesk.ts'

const createKey = (desk: Helpdesk, as: 'user' | 'admin', machine: string) =>
  call(desk, 'POST /api/v2/keys', { as, body: { machine } })

describeHelpdesk('a machine', (desk) => {
  const raise = (key: string | undefined, text = 'It smokes', alarm = 'smoke') =>
    call(desk, `PUT /api/v2/alarms/${alarm}`, {
      headers: key === undefined ? {} : { 'x-api-key': key },
      body: { text },
    })

  it('gets a key of its own from whoever may give one', async () => {
    expect((await createKey(desk, 'user', 'kitchen')).status).toBe(403)
    const made = await createKey(desk, 'admin', 'kitchen')
    expect(made).toMatchObject({ status: 201, body: { key: expect.any(String) as string } })
    expect((await createKey(desk, 'admin', 'kitchen')).status).toBe(409)
    const { key } = made.body as { key: string }
    const kept = await desk.database.db.selectFrom('keys').selectAll().execute()
    expect(JSON.stringify(kept)).not.toContain(key)
  })

  it('opens a ticket for an alarm, once', async () => {
    const { key } = (await createKey(desk, 'admin', 'cellar')).body as { key: string }
    const first = await raise(key)
    const ticket = { title: 'Alarm: smoke', priority: 'high', owner: 'machine|cellar' }
    expect(first).toMatchObject({ status: 201, body: ticket })
    expect(await raise(key)).toMatchObject({ status: 200, body: first.body })
    expect((await raise(key, 'It burns')).status).toBe(422)
    expect((await raise(key, '')).status).toBe(400)
  })

  it('is refused without a key, or with a wrong one', async () => {
    for (const key of [undefined, 'wrong', '']) {
      const { status, body, headers } = await raise(key, 'x', 'flood')
      expect([status, body]).toEqual([401, { message: 'Unauthorized' }])
      expect(headers.get('www-authenticate')).toBeNull()
    }
    const asUser = { as: 'user', body: { text: 'x' } } as const
    expect((await call(desk, 'PUT /api/v2/alarms/flood', asUser)).status).toBe(401)
  })
})

const seconds = (offset = 0) => Math.floor(Date.now() / 1000) + offset
const signatureOf = (body: string, { time = seconds(), secret = SECRET } = {}) =>
  `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
const mail = (id: string, text = 'Help') =>
  `{"id": "${id}",  "from": "eve@example.com", "ticket": {"title": "Subject", "text": "${text}"}}`

describeHelpdesk('a mail', (desk) => {
  const post = async (body: string, signature: string | undefined) => {
    const answer = await fetch(`${desk.running.url}/hooks/mail`, {
      method: 'POST',
      body,
      headers: signature === undefined ? {} : { 'x-signature': signature },
    })
    return { status: answer.status, body: (await answer.json()) as object }
  }
  const countTickets = async () =>
    (await desk.database.db.selectFrom('tickets').select('id').execute()).length

  it('becomes a ticket, once', async () => {
    const body = mail('m1')
    const first = await post(body, signatureOf(body))
    expect(first).toEqual({ status: 201, body: { id: expect.any(Number) as number } })
    expect(await post(body, signatureOf(body))).toEqual({ status: 200, body: first.body })
    const { id } = first.body as { id: number }
    expect((await call(desk, `GET /api/v2/tickets/${id}`, { as: 'admin' })).body).toMatchObject({
      owner: 'mail|eve@example.com',
      title: 'Subject',
    })
  })

  describe('is refused', () => {
    const body = mail('m2')
    const other = signatureOf(body, { secret: 'another secret, of 32 characters' })
    it.each([
      ['without a signature', undefined, 'The signature is wrong'],
      ['with that of another body', signatureOf(mail('m3')), 'The signature is wrong'],
      ['with one by another secret', other, 'The signature is wrong'],
      ['late', signatureOf(body, { time: seconds(-1000) }), 'The signature is too old'],
      ['early', signatureOf(body, { time: seconds(1000) }), 'The signature is too old'],
      [
        'late, with a new time',
        signatureOf(body).replace(/t=\d+/, 't=1'),
        'The signature is wrong',
      ],
      ['with half a signature', signatureOf(body).slice(0, -32), 'The signature is wrong'],
    ])('%s', async (_case, signature, message) => {
      const before = await countTickets()
      expect(await post(body, signature)).toEqual({ status: 403, body: { message } })
      expect(await countTickets()).toBe(before)
    })

    it.each(['no JSON', '{}', mail('m4', ''), mail('m5').replace('@', ' at ')])(
      'a mail is refused as %s',
      async (text) => {
        expect(await post(text, signatureOf(text))).toEqual({
          status: 400,
          body: { message: 'This is no mail' },
        })
      },
    )
  })
})
