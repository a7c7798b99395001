import { lazy } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { startIssuer, type TestIssuer } from '../../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../../server/test/support/server.ts'

const Word = z.object({ word: z.string() })
const deepRouter = router({
  word: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/deep' } })
    .output(Word)
    .query(() => ({ word: 'deep' })),
})
const lateRouter = router({
  word: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/late' } })
    .output(Word)
    .query(() => ({ word: 'late' })),
  guarded: protectedProcedure.query(() => 'never'),
  deep: lazy(() => Promise.resolve(deepRouter)),
})
const routerWithLazyOnes = () =>
  router({
    early: publicProcedure.query(() => 'early'),
    group: { late: lazy(() => Promise.resolve({ lateRouter })) },
  })

let issuer: TestIssuer
let server: TestServer
beforeAll(async () => {
  issuer = await startIssuer()
  server = await startTestServer({ issuer, router: routerWithLazyOnes() })
})
afterAll(async () => {
  await server.close()
  await issuer.close()
})

const get = async (path: string) => {
  const response = await fetch(`${server.url}${path}`)
  return { status: response.status, body: (await response.json()) as object }
}

describe('a router with lazy routers in it', () => {
  it.each([
    ['early', 200, { result: { data: 'early' } }],
    ['group.late.word', 200, { result: { data: { word: 'late' } } }],
    ['group.late.deep.word', 200, { result: { data: { word: 'deep' } } }],
    ['group.late.guarded', 401, { error: { message: 'Requires authentication' } }],
    ['group.late', 404, { error: { message: 'Not Found' } }],
  ])('answers the call of %s with %i', async (path, status, body) => {
    expect(await get(`/trpc/${path}`)).toMatchObject({ status, body })
  })

  it.each([
    ['/api/late', { word: 'late' }],
    ['/api/deep', { word: 'deep' }],
  ])('answers GET %s', async (path, body) => {
    expect(await get(path)).toEqual({ status: 200, body })
  })

  it('describes their procedures', async () => {
    const { body } = await get('/api/openapi.json')
    expect(body).toMatchObject({ paths: { '/api/late': {}, '/api/deep': {} } })
  })

  it('names their procedures in the log', async () => {
    await get('/trpc/group.late.deep.word')
    await expect
      .poll(() => server.log.map(({ route }) => route))
      .toContain('/trpc/group.late.deep.word')
  })

  it('does not start where one of them cannot be loaded, and says which', async () => {
    const broken = router({ gone: lazy(() => Promise.reject(new Error('no such file'))) })
    await expect(startTestServer({ issuer, router: broken })).rejects.toThrow(
      "The lazy router `gone` can't be loaded",
    )
  })
})
