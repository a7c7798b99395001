import { randomUUID } from 'node:crypto'
import { isHybridError } from '@trpc-hybrid/client'
import { expect, expectTypeOf, it } from 'vitest'
import { call, clientOf, describeHelpdesk, open } from './helpdesk.ts'

const TICKET = { title: 'Printer', text: 'It is on fire.' }
const NONE = 2_000_000_000

describeHelpdesk('a ticket', (desk) => {
  it('is opened and read, over REST and RPC', async () => {
    const opened = await call(desk, 'POST /api/v2/tickets', { as: 'user', body: TICKET })
    const { id } = opened.body as { id: number }
    const seen = { id, title: 'Printer', priority: 'normal', status: 'open', version: 1 }
    expect(opened.status).toBe(201)
    expect(opened.body).toMatchObject({ ...seen, owner: 'auth0|local-user' })
    expect(opened.headers.get('location')).toBe(`/api/v2/tickets/${id}`)

    const read = await call(desk, `GET /api/v2/tickets/${id}`, { as: 'user' })
    expect(read).toMatchObject({ status: 200, body: { ...seen, text: TICKET.text, comments: [] } })
    const { tickets } = clientOf(desk, 'user')
    const ticket = await tickets.byId.query({ id })
    expectTypeOf(ticket.status).toEqualTypeOf<'open' | 'closed'>()
    expect(ticket).toEqual(read.body)
  })

  it('is for those who have signed in', async () => {
    for (const target of ['GET /api/v2/tickets', 'POST /api/v2/tickets', 'GET /api/v2/tickets/1']) {
      const { status, headers } = await call(desk, target)
      expect([target, status]).toEqual([target, 401])
      expect(headers.get('www-authenticate')).toContain('resource_metadata=')
    }
  })

  it('is opened once by a key, however often it is sent', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const send = (body: object) =>
      call(desk, 'POST /api/v2/tickets', { as: 'user', headers: key, body })
    const answers = await Promise.all([send(TICKET), send(TICKET), send(TICKET)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201])
    expect(new Set(answers.map(({ body }) => (body as { id: number }).id)).size).toBe(1)
    expect(await send({ ...TICKET, text: 'It is wet.' })).toMatchObject({
      status: 422,
      body: { message: 'This key was sent with another ticket' },
    })
    const ofAdmin = { as: 'admin', headers: key, body: TICKET } as const
    expect((await call(desk, 'POST /api/v2/tickets', ofAdmin)).status).toBe(201)
    const tooLong = { as: 'user', headers: { 'idempotency-key': 'x'.repeat(101) }, body: TICKET }
    expect(await call(desk, 'POST /api/v2/tickets', tooLong as typeof ofAdmin)).toMatchObject({
      status: 400,
      body: { issues: [{ path: ['header', 'Idempotency-Key'] }] },
    })
  })

  it('is sent again only to those who have another version', async () => {
    const id = await open(desk, 'user')
    const read = (etag: string) =>
      call(desk, `GET /api/v2/tickets/${id}`, { as: 'user', headers: { 'if-none-match': etag } })
    expect((await read('"0"')).headers.get('etag')).toBe('"1"')
    expect((await read('"1"')).status).toBe(304)
    await call(desk, `POST /api/v2/tickets/${id}/comments`, { as: 'user', body: { text: 'Hurry' } })
    expect(await read('"1"')).toMatchObject({
      status: 200,
      body: { version: 2, comments: [{ author: 'auth0|local-user', text: 'Hurry' }] },
    })
  })

  it('is of its owner, and of agents', async () => {
    const id = await open(desk, 'admin')
    for (const [target, body] of [
      [`GET /api/v2/tickets/${id}`],
      [`PATCH /api/v2/tickets/${id}`, { priority: 'high' }],
      [`POST /api/v2/tickets/${id}/comments`, { text: 'Mine' }],
    ] as const) {
      const { status, body: told, headers } = await call(desk, target, { as: 'user', body })
      expect([status, told]).toEqual([403, { message: 'This ticket is of somebody else' }])
      expect(headers.get('www-authenticate')).toBeNull()
    }
    const ofUser = await open(desk, 'user')
    const read = await call(desk, `GET /api/v2/tickets/${ofUser}`, { as: 'admin' })
    expect(read.status).toBe(200)
    const unknown = await call(desk, `GET /api/v2/tickets/${NONE}`, { as: 'user' })
    expect(unknown).toMatchObject({ status: 404, body: { message: 'There is no such ticket' } })
    expect((await call(desk, 'GET /api/v2/tickets/3000000000', { as: 'user' })).status).toBe(400)
  })

  it('is changed by whoever has seen its version, and of two at once by one', async () => {
    const id = await open(desk, 'user')
    const change = (body: object, headers: Record<string, string> = {}) =>
      call(desk, `PATCH /api/v2/tickets/${id}`, { as: 'user', body, headers })
    expect((await change({ priority: 'high' })).status).toBe(428)
    expect((await change({}, { 'if-match': '"1"' })).status).toBe(400)
    const both = await Promise.all([
      change({ priority: 'high' }, { 'if-match': '"1"' }),
      change({ priority: 'low' }, { 'if-match': '"1"' }),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412])
    const winner = both.find(({ status }) => status === 200)
    expect(winner?.headers.get('etag')).toBe('"2"')
    const read = await call(desk, `GET /api/v2/tickets/${id}`, { as: 'user' })
    expect(read.body).toMatchObject(winner?.body as unknown as object)
    expect(read.body).toMatchObject({ title: 'Printer', version: 2 })
  })

  it('is changed and opened by the typed client as well, with headers of a call', async () => {
    const { tickets } = clientOf(desk, 'user')
    const key = { context: { headers: { 'idempotency-key': randomUUID() } } }
    const [first, second, third] = await Promise.all([
      tickets.open.mutate(TICKET, key),
      tickets.open.mutate(TICKET, key),
      tickets.open.mutate(TICKET),
    ])
    expect(second.id).toBe(first.id)
    expect(third.id).not.toBe(first.id)
    const change = { id: first.id, title: 'Lamp' }
    const seen = { context: { headers: { 'if-match': '"1"' } } }
    expect(await tickets.change.mutate(change, seen)).toMatchObject({ title: 'Lamp', version: 2 })
    const stale = tickets.change.mutate(change, seen)
    await expect(stale).rejects.toMatchObject({ data: { httpStatus: 412 } })
  })

  it('is resolved by an agent, or nothing is said', async () => {
    const id = await open(desk, 'user')
    const resolve = (as: 'user' | 'admin', text: string) =>
      call(desk, `POST /api/v2/tickets/${id}/resolve`, { as, body: { text } })
    const denied = await resolve('user', 'Never mind')
    expect([denied.status, denied.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('scope="work:tickets"'),
    ])
    expect(await resolve('admin', 'Water helps')).toMatchObject({
      status: 200,
      body: { status: 'closed', version: 2 },
    })
    expect(await resolve('admin', 'Sand too')).toMatchObject({
      status: 409,
      body: { message: 'This ticket is closed' },
    })
    const comment = { as: 'user', body: { text: 'Thanks' } } as const
    expect((await call(desk, `POST /api/v2/tickets/${id}/comments`, comment)).status).toBe(409)
    const { comments } = await clientOf(desk, 'user').tickets.byId.query({ id })
    expect(comments.map(({ text }) => text)).toEqual(['Water helps'])
    const events = desk.database.db.selectFrom('events').select('kind').where('ticketId', '=', id)
    expect((await events.execute()).map(({ kind }) => kind)).toEqual(['opened', 'closed'])
  })

  it('is removed by whoever has the permission', async () => {
    const id = await open(desk, 'user')
    const remove = (as: 'user' | 'admin') => call(desk, `DELETE /api/v2/tickets/${id}`, { as })
    expect((await remove('user')).status).toBe(403)
    expect(await remove('admin')).toMatchObject({ status: 204, body: '' })
    expect((await remove('admin')).status).toBe(404)
  })
})

describeHelpdesk('the list of tickets', (desk) => {
  const titlesOf = ({ body }: { body: never }) =>
    (body as { items: { title: string }[] }).items.map(({ title }) => title)
  const list = (query = '', as: 'user' | 'admin' = 'user') =>
    call(desk, `GET /api/v2/tickets${query}`, { as })

  it('has those of the caller, the newest first, and all for an agent', async () => {
    await open(desk, 'admin', 'Of the agent')
    for (const title of ['a', 'b', 'c']) await open(desk, 'user', title)
    expect(titlesOf(await list())).toEqual(['c', 'b', 'a'])
    expect(titlesOf(await list('', 'admin'))).toEqual(['c', 'b', 'a', 'Of the agent'])
  })

  it('comes page by page, to the typed client too', async () => {
    const { tickets } = clientOf(desk, 'user')
    const first = await tickets.list.query({ limit: 2 })
    expect(first.items.map(({ title }) => title)).toEqual(['c', 'b'])
    const second = await tickets.list.query({ limit: 2, cursor: first.nextCursor })
    expect(second.items.map(({ title }) => title)).toEqual(['a'])
    expect(second.nextCursor).toBeUndefined()
  })

  it('is filtered by status, priority and a part of the title, which is no pattern', async () => {
    const { tickets } = clientOf(desk, 'user')
    const body = { title: '100% Wool_', text: 'x', priority: 'high' }
    await call(desk, 'POST /api/v2/tickets', { as: 'user', body })
    expect(titlesOf(await list('?priority=high'))).toEqual(['100% Wool_'])
    expect(titlesOf(await list('?title=0%25%20w'))).toEqual(['100% Wool_'])
    expect(titlesOf(await list('?title=%25'))).toEqual(['100% Wool_'])
    expect(titlesOf(await list('?title=1_0'))).toEqual([])
    expect(titlesOf(await list(`?title=${encodeURIComponent("'; drop table tickets")}`))).toEqual(
      [],
    )
    expect((await tickets.list.query({ status: 'closed' })).items).toEqual([])
    expect(await list('?limit=201&status=lost')).toMatchObject({
      status: 400,
      body: { issues: [{ path: ['status'] }, { path: ['limit'] }] },
    })
    const refused: unknown = await tickets.list.query({ limit: 0 }).catch((error: unknown) => error)
    expect(isHybridError(refused) && refused.data.issues?.[0]?.path).toEqual(['limit'])
  })

  it('is there as it was in the first version, which says until when', async () => {
    const { status, body, headers } = await call(desk, 'GET /api/v1/tickets', { as: 'user' })
    expect(status).toBe(200)
    expect((body as object[]).at(-1)).toEqual({
      number: expect.any(Number) as number,
      subject: 'a',
    })
    expect(headers.get('deprecation')).toBe('@1767225600')
    expect(headers.get('sunset')).toContain('2027')
    expect((await call(desk, 'GET /api/v1/tickets')).status).toBe(401)
  })
})
