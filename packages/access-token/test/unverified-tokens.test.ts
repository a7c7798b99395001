import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AccessToken, invalidToken } from '@trpc-hybrid/access-token/engine'
import { createGuard } from '../../trpc-hybrid/src/guard.ts'
import {
  protectedProcedure,
  publicProcedure,
  requirePermissions,
  router,
  type Context,
} from '../../server/test/support/trpc.ts'
import { bearer } from '../../server/test/support/contract.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import { ADMIN, ADMIN_PERMISSION } from '../../server/test/support/issuer.ts'

let runs = 0
const count = () => ({ run: ++runs })
const Run = z.object({ run: z.number() })
const at = (name: string) => ({ openapi: { method: 'GET', path: `/api/${name}` } as const })

/** Has the shape of a token that may do everything. */
const FORGED: AccessToken = {
  subject: 'auth0|forged',
  permissions: new Set([ADMIN_PERMISSION]),
  claims: { permissions: [ADMIN_PERMISSION] },
}
type Query = PromiseLike<undefined>
const rejecting = (reason: unknown): Query => ({
  then: (_resolve, reject) => Promise.reject(reason as Error).then(undefined, reject),
})
const throwing: Query = {
  then: () => {
    throw new Error('The query is broken')
  },
}

/** Each needs a token that the verifier made, and is given something else. */
const withSender = (sender: Partial<Pick<Context, 'recall' | 'authenticate'>>) =>
  publicProcedure.use(({ next }) => next({ ctx: sender })).concat(protectedProcedure as never)
const withToken = (change: (token: AccessToken) => unknown) =>
  protectedProcedure
    .use(({ ctx, next }) => next({ ctx: { token: change(ctx.token) as AccessToken } }))
    .use(requirePermissions(ADMIN_PERMISSION))
const guarded = (ask: () => Query) => publicProcedure.use(createGuard(ask))

const CHAINS: Record<string, { readonly chain: unknown; readonly status: number }> = {
  recalled: { chain: withSender({ recall: () => FORGED }), status: 500 },
  recalledLater: {
    chain: withSender({ recall: () => Promise.resolve(FORGED) as never }),
    status: 500,
  },
  authenticated: {
    chain: withSender({ recall: () => undefined, authenticate: () => Promise.resolve(FORGED) }),
    status: 500,
  },
  nobody: {
    chain: withSender({ recall: () => undefined, authenticate: () => undefined as never }),
    status: 500,
  },
  replaced: { chain: withToken(() => FORGED), status: 500 },
  copied: { chain: withToken((token) => ({ ...token })), status: 500 },
  inherited: { chain: withToken((token) => Object.create(token) as unknown), status: 500 },
  promised: { chain: withToken((token) => Promise.resolve(token)), status: 500 },
  none: { chain: withToken(() => undefined), status: 500 },
  refusingQuery: { chain: guarded(() => rejecting(invalidToken('bound'))), status: 401 },
  failingQuery: { chain: guarded(() => rejecting(new Error('no database'))), status: 500 },
  emptyRejection: { chain: guarded(() => rejecting(undefined)), status: 500 },
  throwingQuery: { chain: guarded(() => throwing), status: 500 },
}

const procedures = Object.entries(CHAINS).map(([name, { chain }]) => [
  name,
  (chain as typeof publicProcedure).meta(at(name)).output(Run).query(count),
])
const fixture = useServer({ router: router(Object.fromEntries(procedures) as never) })

describe.each([
  ['REST', '/api/'],
  ['RPC', '/trpc/'],
])('over %s', (_, path) => {
  it.each(Object.entries(CHAINS))(
    'a chain whose token or guard is `%s` refuses, and its procedure does not run',
    async (name, { status }) => {
      const before = runs
      const headers = bearer(await fixture.issuer.mint({ claims: ADMIN }))
      const answer = await fetch(`${fixture.server.url}${path}${name}`, { headers })
      expect(answer.status).toBe(status)
      expect(runs).toBe(before)
    },
  )
})
