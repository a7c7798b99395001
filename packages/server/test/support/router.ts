import { z } from 'zod'
import type { HybridMeta } from '../../../trpc-hybrid/src/procedures/meta.ts'
import { protectedProcedure, publicProcedure, requirePermissions, router } from './trpc.ts'

const Message = z.object({ message: z.string() })
const get = (path: `/${string}`, operationId: string): HybridMeta => ({
  openapi: { method: 'GET', path, operationId, tags: ['Messages'] },
})

/**
 * What a test server serves unless it is given another router: the three messages, one of each chain.
 * Tests of what every router gets don't depend on the features of this one.
 */
export const testRouter = router({
  messages: router({
    public: publicProcedure
      .meta(get('/api/messages/public', 'getPublicMessage'))
      .output(Message)
      .query(() => ({
        message: "The API doesn't require an access token to share this message.",
      })),
    protected: protectedProcedure
      .meta(get('/api/messages/protected', 'getProtectedMessage'))
      .output(Message)
      .query(() => ({ message: 'The API successfully validated your access token.' })),
    admin: protectedProcedure
      .use(requirePermissions('read:admin-messages'))
      .meta(get('/api/messages/admin', 'getAdminMessage'))
      .output(Message)
      .query(() => ({ message: 'The API successfully recognized you as an admin.' })),
  }),
})

export type TestRouter = typeof testRouter
