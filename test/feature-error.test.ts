import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink } from '@trpc/client'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FeatureError, type FeatureErrorCode } from '../packages/trpc-hybrid/src/feature-error.ts'
import { publicProcedure, router } from '../src/trpc.ts'
import { useServer } from './support/fixtures.ts'

const refusals: Record<FeatureErrorCode, { status: number; code: string }> = {
  invalid: { status: 400, code: 'BAD_REQUEST' },
  forbidden: { status: 403, code: 'FORBIDDEN' },
  not_found: { status: 404, code: 'NOT_FOUND' },
  conflict: { status: 409, code: 'CONFLICT' },
}
const codes = Object.keys(refusals) as FeatureErrorCode[]

const things = router({
  refuse: publicProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/api/refuse',
        errorResponses: { 400: 'Invalid', 403: 'Forbidden', 404: 'Not found', 409: 'Conflict' },
      },
    })
    .input(z.object({ code: z.enum(['invalid', 'forbidden', 'not_found', 'conflict']) }))
    .output(z.null())
    .query(({ input }) => {
      throw new FeatureError(input.code, 'As the feature says', { cause: new Error('internal') })
    }),
})
const fixture = useServer({ router: things })

describe.each(codes)("a feature's refusal, %s,", (code) => {
  const { status, code: trpcCode } = refusals[code]

  it('reaches a REST client with its status and its own message', async () => {
    const response = await fetch(`${fixture.server.url}/api/refuse?code=${code}`)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ message: 'As the feature says' })
  })

  it.each([httpLink, httpBatchLink, httpBatchStreamLink])('reaches an RPC client', async (link) => {
    const url = `${fixture.server.url}/trpc`
    const client = createTRPCClient<typeof things>({ links: [link({ url })] })
    await expect(client.refuse.query({ code })).rejects.toMatchObject({
      message: 'As the feature says',
      data: { httpStatus: status, code: trpcCode },
    })
  })
})
