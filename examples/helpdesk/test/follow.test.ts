import { expect, it } from 'vitest'
import { clientOf, describeHelpdesk, followerOf, open, type Helpdesk } from './helpdesk.ts'

interface Seen {
  readonly id: string
  readonly kind: string
  readonly ticketId: number
}

/** @returns what it has seen, and how to leave */
async function follow(desk: Helpdesk, as: 'user' | 'admin', lastEventId?: string) {
  const seen: Seen[] = []
  const errors: unknown[] = []
  const { tickets } = followerOf(desk, as)
  const input = lastEventId === undefined ? undefined : { lastEventId }
  const started = await new Promise<{ leave: () => void }>((resolve) => {
    const subscription = tickets.follow.subscribe(input, {
      onStarted: () => {
        resolve({
          leave: () => {
            subscription.unsubscribe()
          },
        })
      },
      onData: ({ id, data }) => seen.push({ id, kind: data.kind, ticketId: data.ticketId }),
      onError: (error) => errors.push(error),
    })
  })
  return { ...started, seen, errors, kinds: () => seen.map(({ kind }) => kind) }
}

describeHelpdesk('who follows', (desk) => {
  it('is told of tickets as they change, owners of theirs and agents of all', async () => {
    const user = await follow(desk, 'user')
    const agent = await follow(desk, 'admin')
    const id = await open(desk, 'user')
    await clientOf(desk, 'user').tickets.comment.mutate({ id, text: 'Hurry' })
    const other = await open(desk, 'admin')
    await clientOf(desk, 'admin').tickets.remove.mutate({ id: other })
    await clientOf(desk, 'admin').tickets.resolve.mutate({ id, text: 'Done' })
    await expect.poll(user.kinds).toEqual(['opened', 'commented', 'closed'])
    await expect.poll(agent.kinds).toEqual(['opened', 'commented', 'opened', 'removed', 'closed'])
    user.leave()
    agent.leave()
  })

  it('goes on after the last that was seen', async () => {
    const first = await follow(desk, 'user')
    const id = await open(desk, 'user')
    await expect.poll(first.kinds).toEqual(['opened'])
    first.leave()
    const { tickets } = clientOf(desk, 'user')
    await tickets.comment.mutate({ id, text: 'Missed' })
    const second = await follow(desk, 'user', first.seen[0]?.id)
    await expect.poll(second.kinds).toEqual(['commented'])
    const missed = await open(desk, 'user')
    await expect.poll(() => second.seen.at(-1)).toMatchObject({ kind: 'opened', ticketId: missed })
    expect(second.seen).toHaveLength(2)
    second.leave()
  })

  it('misses none of many that happen at once', async () => {
    const agent = await follow(desk, 'admin')
    const opened = await Promise.all(Array.from({ length: 30 }, () => open(desk, 'user')))
    await expect.poll(() => agent.seen.length).toBe(30)
    const ids = agent.seen.map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(agent.seen.map(({ ticketId }) => ticketId).toSorted()).toEqual(opened.toSorted())
    agent.leave()
  })

  it('is told nothing of what was rolled back', async () => {
    const id = await open(desk, 'user')
    const agent = await follow(desk, 'admin')
    const { tickets } = clientOf(desk, 'admin')
    await tickets.resolve.mutate({ id, text: 'Done' })
    await expect(tickets.resolve.mutate({ id, text: 'Again' })).rejects.toThrow('closed')
    const last = await open(desk, 'user')
    await expect.poll(() => agent.seen.at(-1)?.ticketId).toBe(last)
    expect(agent.kinds()).toEqual(['closed', 'opened'])
    agent.leave()
  })

  it('has signed in', async () => {
    const answer = await fetch(`${desk.running.url}/trpc/tickets.follow`)
    const text = await answer.text()
    expect(text).toContain('"code":"UNAUTHORIZED"')
    expect(text).not.toContain('opened')
  })
})
