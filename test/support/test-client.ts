import type { TRPCClient } from '@trpc/client'
import { createMessagesClient, type MessagesClientOptions } from '../../packages/client/src/index.ts'
import type { TestRouter } from './router.ts'

/** The client of the API, typed for `testRouter`: tests of it don't depend on what the API offers. */
export function createTestClient(options: MessagesClientOptions): TRPCClient<TestRouter> {
  const client: unknown = createMessagesClient(options)
  return client as TRPCClient<TestRouter>
}
