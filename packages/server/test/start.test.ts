import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findFreePort } from './support/http.ts'
import { startIssuer } from './support/issuer.ts'
import { startTestServer } from './support/server.ts'
import { publicProcedure, router } from './support/trpc.ts'

const PROCEDURES = 600

const largeOf = (id: z.ZodType) =>
  router(
    Object.fromEntries(
      Array.from({ length: PROCEDURES }, (_, at) => [
        `item${at}`,
        publicProcedure
          .meta({ openapi: { method: 'GET', path: `/items/${at}` } })
          .input(z.object({ page: z.number().optional() }))
          .output(z.object({ items: z.array(z.object({ id })) }))
          .query(() => ({ items: [] })),
      ]),
    ),
  )

const plain = largeOf(z.string())
/** Says in words of its own what it is, so that its description alone tells whether it has one. */
const doubtful = largeOf(z.string().meta({ format: 'isbn' }))

describe('a large router', () => {
  it('is described when that is first asked for, between other requests', async () => {
    const issuer = await startIssuer()
    const server = await startTestServer({ issuer, router: plain })
    const asked = fetch(`${server.url}/api/openapi.json`)
    let described = false
    void asked.finally(() => (described = true))
    const isAsked = () => !described
    const answers: number[] = []
    while (isAsked()) answers.push((await fetch(`${server.url}/items/599`)).status)
    const description = (await (await asked).json()) as { readonly paths: object }
    await server.close()
    await issuer.close()

    expect(answers.length).toBeGreaterThan(5)
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(Object.keys(description.paths)).toHaveLength(PROCEDURES)
  })

  it('that may have no description gets it before the server is ready, between requests', async () => {
    const issuer = await startIssuer()
    const port = await findFreePort()
    let started = false
    const starting = startTestServer({ issuer, router: doubtful, env: { PORT: String(port) } })
    void starting.finally(() => (started = true))
    const isStarting = () => !started
    const answers: number[][] = []
    while (isStarting()) {
      const statuses = await Promise.all(
        ['/items/599', '/readyz'].map((path) =>
          fetch(`http://127.0.0.1:${port}${path}`).then(
            ({ status }) => status,
            () => undefined, // it does not listen yet
          ),
        ),
      )
      if (isStarting() && statuses[0] !== undefined) answers.push(statuses as number[])
    }
    const server = await starting
    const description = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      readonly paths: object
    }
    await server.close()
    await issuer.close()

    expect(answers.length).toBeGreaterThan(2)
    expect(new Set(answers.map(String))).toEqual(new Set(['200,503']))
    expect(Object.keys(description.paths)).toHaveLength(PROCEDURES)
  })
})
