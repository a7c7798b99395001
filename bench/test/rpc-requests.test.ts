import {
  createTRPCUntypedClient,
  httpBatchLink,
  httpBatchStreamLink,
  type HTTPBatchLinkOptions,
} from '@trpc/client'
import { describe, expect, it } from 'vitest'
import { rpcRequest, streamedBatchRequest, type Call } from '../rpc-requests.ts'

/** What tRPC's own client sends for calls made in one tick. */
async function sentByClient(
  calls: readonly Call[],
  createLink: typeof httpBatchLink | typeof httpBatchStreamLink = httpBatchLink,
): Promise<unknown[]> {
  const sent: unknown[] = []
  const fetch: HTTPBatchLinkOptions<never>['fetch'] = (url, init) => {
    const { method, headers, body } = init ?? {}
    const path = (url as string).replace('http://api', '')
    sent.push({ method, path, headers, ...(body !== undefined && { body }) })
    return Promise.reject(new Error('That is enough'))
  }
  const link = createLink({ url: 'http://api/trpc', fetch })
  const client = createTRPCUntypedClient({ links: [link] })
  await Promise.allSettled(
    calls.map(({ procedure, type, input }) =>
      type === 'query' ? client.query(procedure, input) : client.mutation(procedure, input),
    ),
  )
  return sent
}

describe('a request over RPC of the benchmark', () => {
  const admin: Call = { procedure: 'messages.admin', type: 'query' }

  it.each<[string, [Call, ...Call[]]]>([
    ['a query without an input', [admin]],
    ['a query with one', [{ procedure: 'reports.byId', type: 'query', input: { id: '42' } }]],
    ['a mutation', [{ procedure: 'reports.add', type: 'mutation', input: { title: 'Ä & b' } }]],
    ['a batch', [admin, admin, admin]],
  ])("is what tRPC's client sends for %s", async (_name, calls) => {
    expect(await sentByClient(calls)).toEqual([rpcRequest('trpc', calls)])
  })

  it("is what tRPC's client sends for a streamed batch", async () => {
    const sent = await sentByClient([admin, admin], httpBatchStreamLink)
    expect(sent).toEqual([streamedBatchRequest([admin, admin])])
  })
})
