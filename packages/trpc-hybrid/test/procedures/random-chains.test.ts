import { type AnyRouter, TRPCError } from '@trpc/server'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { insufficientScope, invalidToken } from '@trpc-hybrid/access-token/engine'
import { createGuard } from '../../src/guard.ts'
import { withFastProcedures } from '../../src/procedures/run-chain.ts'
import {
  protectedProcedure,
  publicProcedure,
  requirePermissions,
  router,
} from '../../../server/test/support/trpc.ts'
import {
  contextOf,
  notRemembered,
  outcomeOf,
  refused,
  refusedLater,
  remembered,
  tokenWith,
} from '../../../server/test/support/procedures.ts'

type Chain = typeof publicProcedure
/** What the parts of a chain saw, in their order. */
type Note = (text: string) => void

const keysOf = (object: object) => Object.keys(object).join()

const token = tokenWith('read:all')
const badToken = invalidToken('bound')

const LINKS: Record<string, (chain: Chain, note: Note) => unknown> = {
  token: (chain) => chain.concat(protectedProcedure),
  permitted: (chain) => chain.use(requirePermissions('read:all') as never),
  denied: (chain) => chain.use(requirePermissions('write:all') as never),
  guard: (chain, note) =>
    chain.use(
      createGuard((ctx: object) => {
        note(`guard ${keysOf(ctx)}`)
        if (!('token' in ctx)) throw insufficientScope(['read:all'])
        return undefined
      }),
    ),
  lateGuard: (chain) => chain.use(createGuard(() => Promise.resolve({ later: true }))),
  lateRefusal: (chain) => chain.use(createGuard(() => Promise.reject<object>(badToken))),
  context: (chain, note) =>
    chain.use(({ ctx, next }) => {
      note(`context ${keysOf(ctx)}`)
      return next({ ctx: { more: 1 } })
    }),
  observer: (chain, note) =>
    chain.use(async ({ next }) => {
      const result = await next()
      note(result.ok ? `ok ${JSON.stringify(result.data)}` : `failed ${result.error.code}`)
      return result
    }),
  translator: (chain) =>
    chain.use(async ({ next }) => {
      const result = await next()
      if (result.ok) return result
      throw new TRPCError({ code: 'CONFLICT', message: result.error.code })
    }),
  twice: (chain) =>
    chain.use(async ({ next }) => {
      await next()
      return next()
    }),
  otherInput: (chain) => chain.use(({ next }) => next({ input: { count: '5' } } as object)),
  otherRawInput: (chain, note) =>
    chain.use(async ({ next, getRawInput }) => {
      note(`raw ${JSON.stringify(await getRawInput())}`)
      return next({ getRawInput: () => Promise.resolve({ count: '9' }) } as object)
    }),
  input: (chain) => chain.input(z.object({ count: z.coerce.number() })),
  smallInput: (chain) => chain.input(z.object({ count: z.coerce.number().max(4) })),
  output: (chain) => chain.output(z.object({ text: z.string() })),
}

const RESOLVERS: Record<string, (options: { ctx: object; input: unknown }) => unknown> = {
  text: ({ ctx, input }) => ({ text: `${keysOf(ctx)} ${JSON.stringify(input)}`, more: 1 }),
  otherOutput: () => Promise.resolve({ other: 1 }),
  error: () => {
    throw new TypeError('text')
  },
}

const SENDERS: Record<string, Parameters<typeof contextOf>[0]> = {
  known: remembered(token),
  verified: notRemembered(token),
  refused: refused(badToken),
  refusedLater: refusedLater(badToken),
}

interface Case {
  readonly links: readonly string[]
  readonly resolver: string
  readonly sender: string
  readonly input: unknown
}

function createApi({ links, resolver }: Case, note: Note): AnyRouter {
  const once = links.filter((link, at) => link !== 'output' || links.indexOf(link) === at)
  const chain = once.reduce((before, link) => LINKS[link]?.(before, note) as Chain, publicProcedure)
  return router({ procedure: chain.query(RESOLVERS[resolver] as never) })
}

function outcomeIn(api: AnyRouter, { sender, input }: Case): Promise<object> {
  const context = contextOf(SENDERS[sender] ?? remembered(token))
  const caller = api.createCaller(context) as unknown as {
    procedure: (input: unknown) => Promise<unknown>
  }
  return outcomeOf(() => caller.procedure(input))
}

const cases: fc.Arbitrary<Case> = fc.record({
  links: fc.array(fc.constantFrom(...Object.keys(LINKS)), { maxLength: 7 }),
  resolver: fc.constantFrom(...Object.keys(RESOLVERS)),
  sender: fc.constantFrom(...Object.keys(SENDERS)),
  input: fc.constantFrom(undefined, { count: '3' }, { count: 7 }, 'none'),
})

it('any chain of middlewares has the result of tRPC, and shows each of them the same', async () => {
  const property = fc.asyncProperty(cases, async (given) => {
    const notes: string[] = []
    const api = createApi(given, (text) => notes.push(text))
    const expected = [await outcomeIn(api, given), notes.splice(0)]
    expect([await outcomeIn(withFastProcedures(api), given), notes]).toEqual(expected)
  })
  await fc.assert(property, { numRuns: 2_000 })
})
