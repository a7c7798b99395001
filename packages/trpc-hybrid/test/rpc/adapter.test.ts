import { type AnyRouter, initTRPC } from '@trpc/server'
import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  TRPCClientError,
} from '@trpc/client'
import { octetInputParser } from '@trpc/server/http'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router, type Context } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'

async function* countTo(last: number) {
  for (let number = 1; number <= last; number++) yield await Promise.resolve(number)
}

const others = router({
  form: publicProcedure
    .input(z.instanceof(FormData))
    .mutation(({ input }) => Object.fromEntries(input) as Record<string, string>),
  bytes: publicProcedure
    .input(octetInputParser)
    .mutation(async ({ input }) => (await new Response(input).arrayBuffer()).byteLength),
  stream: publicProcedure.input(z.number()).query(({ input }) => countTo(input)),
  promises: publicProcedure.query(() => ({ now: 1, later: Promise.resolve(2) })),
})

describe('what is no JSON', () => {
  const fixture = useServer({ router: others })
  const url = () => `${fixture.server.url}/trpc`

  it('is taken as a form and as bytes', async () => {
    const client = createTRPCClient<typeof others>({ links: [httpLink({ url: url() })] })
    const form = new FormData()
    form.set('name', 'Ada')
    expect(await client.form.mutate(form)).toEqual({ name: 'Ada' })
    expect(await client.bytes.mutate(new Blob([new Uint8Array(2_000)]))).toBe(2_000)
  })

  it('is sent as a stream', async () => {
    const client = createTRPCClient<typeof others>({ links: [httpBatchStreamLink({ url: url() })] })
    const numbers: number[] = []
    for await (const number of await client.stream.query(3)) numbers.push(number)
    expect(numbers).toEqual([1, 2, 3])
    const { now, later } = await client.promises.query()
    expect([now, await later]).toEqual([1, 2])
  })
})

/** As superjson does: what is sent is wrapped, so that nobody reads it without the transformer. */
const transformer = {
  serialize: (value: unknown) => ({ wrapped: value }),
  deserialize: ({ wrapped }: { wrapped: unknown }) => wrapped,
}
const t = initTRPC.context<Context>().create({ transformer })
const transformed = t.router({
  echo: t.procedure.input(z.string()).query(({ input }) => input),
  save: t.procedure.input(z.string()).mutation(({ input }) => input),
})

describe('a router with a transformer', () => {
  const options = { router: transformed as unknown as AnyRouter }
  const fixture = useServer(options)
  const limited = useServer({ ...options, env: { RATE_LIMIT_MAX: '1' } })
  const clientOf = (server: string, methodOverride?: 'POST') => {
    const link = { url: `${server}/trpc`, transformer, ...(methodOverride && { methodOverride }) }
    return createTRPCClient<typeof transformed>({ links: [httpBatchLink(link)] })
  }
  const refusal = (httpStatus: number, message: string) => ({ message, data: { httpStatus } })

  it('has its inputs and outputs transformed', async () => {
    const client = clientOf(fixture.server.url)
    expect(await Promise.all([client.echo.query('a'), client.echo.query('b')])).toEqual(['a', 'b'])
    expect(await client.save.mutate('c')).toBe('c')
    const posting = clientOf(fixture.server.url, 'POST')
    expect(await Promise.all([posting.echo.query('a'), posting.echo.query('b')])).toEqual([
      'a',
      'b',
    ])
  })

  it.each<[status: number, message: string, send: () => Promise<unknown>]>([
    [413, 'Payload Too Large', () => clientOf(fixture.server.url).save.mutate('x'.repeat(200_000))],
    [
      429,
      'Too Many Requests',
      async () => {
        await clientOf(limited.server.url).echo.query('a')
        await clientOf(limited.server.url).echo.query('a')
      },
    ],
  ])('has a %i said so that its client can read it', async (status, message, send) => {
    await expect(send()).rejects.toBeInstanceOf(TRPCClientError)
    await expect(send()).rejects.toMatchObject(refusal(status, message))
  })

  it('has 405 said so, of a method that RPC knows nothing of', async () => {
    const response = await fetch(`${fixture.server.url}/trpc/echo`, { method: 'PUT' })
    expect(await response.json()).toMatchObject({
      error: { wrapped: { message: 'Method Not Allowed', data: { httpStatus: 405 } } },
    })
  })
})
