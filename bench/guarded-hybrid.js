// The admin message by `trpc-hybrid/fetch`, guarded as an app of one's own would do it.
import { createAuthenticator, requirePermissionsOf } from '@trpc-hybrid/access-token'
import { createGuard, createHybrid } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { initTRPC } from '../node_modules/@trpc/server/dist/index.mjs' // the engine's own, not that of the peers
import { z } from '../node_modules/zod/index.js'
import { audience, issuer, messages, READ_ADMIN_MESSAGES } from './peers/settings.js'

const authenticator = createAuthenticator({ issuer, audience })
const t = initTRPC.context().meta().create()

const requireToken = createGuard(async ({ request: { method, url, headers } }) => {
  const authorization = headers.get('authorization') ?? undefined
  const dpop = headers.get('dpop') ?? undefined
  return { token: await authenticator.authenticate({ authorization, dpop, method, url }) }
})
const requireAdmin = createGuard(
  ({ token }) => requirePermissionsOf(token, [READ_ADMIN_MESSAGES]),
  { permissions: [READ_ADMIN_MESSAGES] },
)

const router = t.router({
  messages: t.router({
    admin: t.procedure
      .use(requireToken)
      .use(requireAdmin)
      .meta({ openapi: { method: 'GET', path: '/api/messages/admin' } })
      .output(z.object({ message: z.string() }))
      .query(() => messages.admin),
  }),
})

/** From a `Request` to its `Response`. */
export const handle = fetchHandler(
  createHybrid({ router, info: { title: 'Messages', version: '1.0.0' } }),
  { createContext: ({ request }) => ({ request }) },
)
