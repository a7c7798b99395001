import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findFreePort } from './support/http.ts'
import { startIssuer } from './support/issuer.ts'
import { startTestServer } from './support/server.ts'
import { publicProcedure, router } from './support/trpc.ts'

const PROCEDURES = 600

const large = router(
  Object.fromEntries(
    Array.from({ length: PROCEDURES }, (_, at) => [
      `item${at}`,
      publicProcedure
        .meta({ openapi: { method: 'GET', path: `/items/${at}` } })
        .input(z.object({ page: z.number().optional() }))
        .output(z.object({ items: z.array(z.object({ id: z.string() })) }))
        .query(() => ({ items: [] })),
    ]),
  ),
)

describe('while a large router is described, at a start', () => {
  it('requests are answered between its procedures, and the server is not ready', async () => {
    const issuer = await startIssuer()
    const port = await findFreePort()
    let started = false
    const starting = startTestServer({ issuer, router: large, env: { PORT: String(port) } })
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
