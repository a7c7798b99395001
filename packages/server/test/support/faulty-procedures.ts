import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { appRouter } from '../../../../src/router.ts'
import { publicProcedure, router } from './trpc.ts'

/** Loaded into a server process: procedures with faults of every kind beside its own. */

async function rejectLater(text = 'nobody awaits this'): Promise<never> {
  await delay(5)
  throw new Error(text)
}

/** Rejects as a promise inside of another one, which is resolved before. */
const nested = async () => Promise.resolve({ inner: rejectLater() })

async function* rejectingItems() {
  for (;;) {
    yield { slow: rejectLater() }
    await delay(10)
  }
}

/** Nothing of it can be read. */
const unreadable = new Proxy(new Error(), {
  get() {
    throw new Error('not readable')
  },
})

class LazyQuery extends Promise<unknown> {
  override then(): never {
    throw new Error('The query was begun')
  }
}

const any = (name: string) =>
  publicProcedure.meta({ openapi: { method: 'GET', path: `/api/faulty/${name}` } }).output(z.any())
const later = (name: string, reason: () => unknown) =>
  any(name).query(() => {
    void delay(5).then(() => Promise.reject(reason() as Error))
    return 'done'
  })

const faulty = router({
  faulty: router({
    field: any('field').query(() => ({ fast: 1, slow: rejectLater() })),
    root: publicProcedure.query(() => [rejectLater()]),
    deep: any('deep').query(() => ({ one: { two: [{ three: rejectLater() }] } })),
    collections: any('collections').query(() => ({
      map: new Map([['slow', rejectLater()]]),
      set: new Set([[rejectLater()]]),
    })),
    nested: any('nested').query(() => ({ slow: nested() })),
    getter: any('getter').query(() => ({
      get broken() {
        throw new Error('not readable')
      },
      slow: rejectLater(),
    })),
    unfit: publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/faulty/unfit' } })
      .output(z.object({ fast: z.string() }))
      .query(() => ({ fast: 1, slow: rejectLater() }) as never),
    discarded: any('discarded')
      .use(async ({ next }) => {
        await next()
        throw new Error('not good enough')
      })
      .query(() => ({ slow: rejectLater() })),
    lazy: any('lazy').query(() => ({ query: new LazyQuery(() => undefined) })),
    items: publicProcedure.query(() => rejectingItems()),
    later: later('later', () => new Error('nobody awaits this')),
    laterNothing: later('laterNothing', () => undefined),
    laterUnreadable: later('laterUnreadable', () => unreadable),
    crash: any('crash').query(() => {
      setTimeout(() => {
        throw new Error('nobody catches this')
      }, 5)
      return 'done'
    }),
    wait: any('wait').query(async () => {
      await delay(200)
      return 'waited'
    }),
  }),
})
Object.assign(appRouter._def.record, faulty._def.record)
Object.assign(appRouter._def.procedures, faulty._def.procedures)
