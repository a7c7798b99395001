import type { TRPCClient } from '@trpc/client'
import { createHybridClient, type HybridClientOptions } from '../../../client/src/index.ts'
import type { TestRouter } from './router.ts'

/** The client of a test server. */
export const createTestClient = (options: HybridClientOptions): TRPCClient<TestRouter> =>
  createHybridClient<TestRouter>(options)
