import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { MISSING_TOKEN } from '@trpc-hybrid/access-token/engine'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { baseUrl, closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'
import { contextOf, refused } from '../../../server/test/support/procedures.ts'
import { createReference } from '../../../server/test/support/reference.ts'

const Got = z.object({ got: z.unknown() })
const get = (path: `/${string}`) => publicProcedure.meta({ openapi: { method: 'GET', path } })

/** Made for each server of its own, because trpc-openapi changes the schemas that it is given. */
function createRouter(Count: z.ZodObject<{ n: z.ZodNumber }>) {
  return router({
    name: get('/names/{name}')
      .input(z.object({ name: z.string() }))
      .output(Got)
      .query(({ input }) => ({ got: input.name })),
    flag: get('/flag')
      .input(z.object({ b: z.boolean() }))
      .output(Got)
      .query(({ input }) => ({ got: input.b })),
    count: get('/count')
      .input(Count)
      .output(Got)
      .query(({ input }) => ({ got: input.n })),
  })
}

const schemas = { theirs: z.object({ n: z.number() }), ours: z.object({ n: z.number() }) }
const ours = useServer({ router: createRouter(schemas.ours) })

/** The README says why another handler than trpc-openapi's answers: each reason goes when it mends it. */
describe("where trpc-openapi's own handler is wrong, and ours is not", () => {
  let server: Server
  let theirs: string

  beforeAll(async () => {
    const context = contextOf(refused(MISSING_TOKEN))
    server = createServer(createReference(createRouter(schemas.theirs), context))
    theirs = baseUrl({ port: await listenOnLoopback(server) })
  })
  afterAll(() => closeServer(server))

  const answers = async (path: string) => {
    const answer = async (url: string) => {
      const response = await fetch(url + path)
      const { got } = (await response.json()) as { got?: unknown }
      return response.ok ? got : response.status
    }
    return { theirs: await answer(theirs), ours: await answer(ours.server.url) }
  }

  it('a parameter of a path stays percent-encoded', async () => {
    expect(await answers('/names/a%20b')).toEqual({ theirs: 'a%20b', ours: 'a b' })
  })

  it('the text false is true', async () => {
    expect(await answers('/flag?b=false')).toEqual({ theirs: true, ours: false })
  })

  it('a schema takes null for 0 for good, over RPC too, once a number was read from a URL by it', async () => {
    const takesNull = () => ({
      theirs: schemas.theirs.safeParse({ n: null }).success,
      ours: schemas.ours.safeParse({ n: null }).success,
    })
    expect(takesNull()).toEqual({ theirs: false, ours: false })
    expect(await answers('/count?n=1')).toEqual({ theirs: 1, ours: 1 })
    expect(takesNull()).toEqual({ theirs: true, ours: false })
  })
})
