import { defineApi, run } from '@trpc-hybrid/server'

/**
 * Runs what was built as `src/main.ts` does it, with any router.
 *
 * @param limits over those that the server has
 */
export const runBuilt = (router, limits = {}) =>
  run(defineApi({ router, limits, title: 'Messages API', version: '0.3.0' }))
