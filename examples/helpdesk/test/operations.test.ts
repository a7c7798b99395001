import { sql } from 'kysely'
import { serve } from '@trpc-hybrid/server'
import { describe, expect, it } from 'vitest'
import { createApi } from '../api.ts'
import { closeStale } from '../jobs.ts'
import { clientOf, describeHelpdesk, open, query } from './helpdesk.ts'

describeHelpdesk('the job', (desk) => {
  it('closes the tickets of which nobody has heard for a month', async () => {
    const [stale, fresh] = [await open(desk, 'user'), await open(desk, 'user')]
    await desk.database.db
      .updateTable('tickets')
      .set({ changedAt: sql`now() - interval '31 days'` })
      .where('id', '=', stale)
      .execute()
    expect(await Promise.all([closeStale(desk.running), closeStale(desk.running)])).toContain(1)
    expect(await closeStale(desk.running)).toBe(0)
    const { items } = await clientOf(desk, 'user').tickets.list.query({})
    expect(items.map(({ id, status }) => [id, status])).toEqual([
      [fresh, 'open'],
      [stale, 'closed'],
    ])
  })

  it('is nothing that a user can do', async () => {
    const refused = clientOf(desk, 'user').tickets.closeStale.mutate({ days: 1 })
    await expect(refused).rejects.toMatchObject({ data: { httpStatus: 403 } })
  })
})

describeHelpdesk('the database', (desk) => {
  it('is named where it is not ready, and leaves no connection behind', async () => {
    const ready = async () => {
      const answer = await fetch(`${desk.running.url}/readyz`)
      return [answer.status, await answer.text()] as const
    }
    await expect.poll(async () => (await ready())[0]).toBe(200)
    const { databaseUrl } = desk
    if (databaseUrl !== undefined) {
      const others =
        'pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
      await query(databaseUrl, `select pg_terminate_backend(pid) from ${others}`)
      await expect.poll(async () => (await ready())[1]).toContain('database')
      await expect.poll(async () => (await ready())[0]).toBe(200)
      expect(await open(desk, 'user')).toBeGreaterThan(0)
      await desk.database.close()
      await expect.poll(() => query(databaseUrl, `select * from ${others}`)).toEqual([])
    }
    await desk.database.close()
    const [status, text] = await ready()
    expect(status).toBe(503)
    expect(text).toContain('database')
  })
})

describe('a setting', () => {
  it.each([
    ['DATABASE_URL', 'mysql://localhost/helpdesk'],
    ['WEBHOOK_SECRET', 'short'],
  ])('a setting that can not be used is named: %s', async (name, value) => {
    await expect(serve(createApi(), { env: { [name]: value } })).rejects.toThrow(name)
  })

  it('a setting that leads to no database stops the start', async () => {
    const env = { PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: 'postgres://127.0.0.1:1/none' }
    await expect(serve(createApi(), { env })).rejects.toThrow('ECONNREFUSED')
  })
})
