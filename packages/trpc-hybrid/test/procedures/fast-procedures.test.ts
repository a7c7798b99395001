import { TRPCError } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { withFastProcedures } from '../../src/procedures/run-chain.ts'
import { insufficientScope } from '@trpc-hybrid/access-token/engine'
import { createGuard } from '../../src/guard.ts'
import { guardOf } from '../../src/procedures/guard.ts'
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
  remembered,
  tokenWith,
} from '../../../server/test/support/procedures.ts'

const Count = z.object({ count: z.coerce.number() })

const counting = publicProcedure.use(async ({ ctx, next, meta, path, type }) => {
  const result = await next({ ctx: { seen: { meta, path, type, before: Object.keys(ctx) } } })
  return result.ok ? { ...result, data: { outer: result.data } } : result
})
const { signal } = new AbortController()
const optionsOf = (options: object & { signal: AbortSignal | undefined; batchIndex?: number }) => ({
  keys: Object.keys(options).sort(),
  given: options.signal === signal,
  copied: { ...options }.signal === signal,
  batchIndex: options.batchIndex,
})
const forgetful = publicProcedure.use((() => Promise.resolve(undefined)) as never)
function refuse(): never {
  throw insufficientScope(['read:all'])
}
const refuseLater = (): Promise<object> => Promise.reject(insufficientScope(['read:all']))
const throwing = (error: unknown) =>
  publicProcedure.query(() => {
    throw error
  })

const original = router({
  plain: publicProcedure.query(() => 'plain'),
  promised: publicProcedure.query(() => Promise.resolve(['promised'])),
  nested: router({
    context: counting
      .meta({ openapi: { method: 'GET', path: '/api/context' } })
      .use(({ next }) => next({ ctx: { log: 'replaced' as never } }))
      .query(({ ctx }) => ({ keys: Object.keys(ctx), seen: ctx.seen, log: ctx.log })),
  }),
  options: publicProcedure
    .use((options) => options.next({ ctx: { ofMiddleware: optionsOf(options) } }))
    .query((options) => [options.ctx.ofMiddleware, optionsOf(options)]),
  ownCaller: publicProcedure
    .experimental_caller(({ args, invoke }) =>
      invoke({ ...(args[0] as object), path: 'own' } as never),
    )
    .query(({ path }) => path) as never,
  input: publicProcedure
    .input(z.object({ text: z.string().trim() }))
    .input(Count)
    .query(({ input }) => input),
  inputOfMiddleware: publicProcedure
    .input(Count)
    .use(({ next, input }) => next({ input: { count: input.count + 1 } } as object))
    .query(({ input }) => input),
  rawInput: publicProcedure
    .use(({ next }) => next({ getRawInput: () => Promise.resolve({ count: '7' }) } as object))
    .input(Count)
    .query(({ input }) => input),
  output: publicProcedure.output(Count).query(() => ({ count: '3', more: 1 }) as never),
  badOutput: publicProcedure.output(Count).query(() => 'no count' as never),
  mutation: publicProcedure.input(Count).mutation(({ input, path }) => [input, path]),
  twice: publicProcedure
    .use(async ({ next }) => {
      await next()
      return next()
    })
    .query(() => 'twice'),
  forgetful: forgetful.query(() => 'never'),
  guarded: protectedProcedure.query(({ ctx }) => [ctx.token.subject, Object.keys(ctx)]),
  permitted: protectedProcedure.use(requirePermissions('read:all')).query(() => 'permitted'),
  denied: protectedProcedure.use(requirePermissions('write:all')).query(() => 'never'),
  refused: publicProcedure.use(createGuard(refuse)).query(() => 'never'),
  refusedLater: publicProcedure.use(createGuard(refuseLater)).query(() => 'never'),
  observed: publicProcedure
    .use(async ({ next }) => {
      const result = await next()
      if (!result.ok) throw new TRPCError({ code: 'CONFLICT', message: result.error.code })
      return result
    })
    .use(createGuard(refuse))
    .query(() => 'never'),
  throwsError: throwing(new TypeError('text')),
  throwsTrpcError: throwing(new TRPCError({ code: 'CONFLICT', message: 'conflict' })),
  throwsText: throwing('text'),
  throwsNothing: throwing(undefined),
})
const fast = withFastProcedures(original)

const token = tokenWith('read:all')

type Procedures = Record<string, (input: unknown) => Promise<unknown>>

interface Given {
  readonly input?: unknown
  readonly sender?: Parameters<typeof contextOf>[0]
}

function outcomeIn(api: typeof fast, name: string, { input, sender = remembered(token) }: Given) {
  const context = contextOf(sender)
  const procedures = api.createCaller(context, { signal }) as unknown as Procedures & {
    nested: Procedures
  }
  const call = name === 'context' ? procedures.nested[name] : procedures[name]
  return outcomeOf(async () => call?.(input))
}

describe('a procedure that runs its middlewares in our way', () => {
  it.each<[name: string, input?: unknown]>([
    ['plain'],
    ['promised'],
    ['context'],
    ['options'],
    ['ownCaller'],
    ['input', { text: ' a ', count: '2' }],
    ['input', { text: 'a' }],
    ['input', undefined],
    ['inputOfMiddleware', { count: 1 }],
    ['rawInput', { count: 1 }],
    ['output'],
    ['badOutput'],
    ['mutation', { count: 1 }],
    ['twice'],
    ['forgetful'],
    ['guarded'],
    ['permitted'],
    ['denied'],
    ['refused'],
    ['refusedLater'],
    ['observed'],
    ['throwsError'],
    ['throwsTrpcError'],
    ['throwsText'],
    ['throwsNothing'],
  ])('has the result of tRPC: %s(%o)', async (name, input) => {
    const expected = await outcomeIn(original, name, { input })
    expect(await outcomeIn(fast, name, { input })).toEqual(expected)
  })

  it('waits for a token that is still being verified', async () => {
    const sender = notRemembered(token)
    const expected = await outcomeIn(original, 'guarded', { sender })
    expect(await outcomeIn(fast, 'guarded', { sender })).toEqual(expected)
  })

  it.each(['denied', 'refused', 'refusedLater'])(
    'names a refusal as tRPC does: %s',
    async (name) => {
      expect(await outcomeIn(fast, name, {})).toMatchObject({ code: 'FORBIDDEN' })
    },
  )

  it('guards a fast procedure as before', () => {
    const { denied } = fast._def.procedures as unknown as typeof original._def.record
    expect(guardOf(denied)).toEqual({ schemes: ['bearer'], permissions: ['write:all'] })
  })
})

// @ts-expect-error: where there is no token, there are no permissions
publicProcedure.use(requirePermissions('read:all'))
