import { defineApi } from '@trpc-hybrid/server'
import { appRouter } from './router.ts'

/** What this API is made of. `main.ts` runs it, and tests serve it. */
export const api = defineApi({
  router: appRouter,
  title: 'Messages API',
  summary: 'Three messages over REST and tRPC, protected by OAuth 2.0 access tokens.',
  version: '0.3.0',
  demo: 'http://localhost:4040',
})
