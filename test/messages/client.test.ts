import { describe, expect, expectTypeOf, it } from 'vitest'
import type { TRPCClient } from '@trpc/client'
import { createHybridClient } from '@trpc-hybrid/client'
import type { AppRouter } from '../../src/client.ts'
import { appRouter } from '../../src/router.ts'
import { MESSAGES } from '../support/contract.ts'
import { useServer } from '../support/fixtures.ts'
import { ADMIN } from '../support/issuer.ts'

const fixture = useServer({ router: appRouter })

describe('the typed client of the messages', () => {
  it('reads all three', async () => {
    const token = await fixture.issuer.mint({ claims: ADMIN })
    const { messages } = createHybridClient<AppRouter>({
      url: `${fixture.server.url}/`,
      getAccessToken: () => token,
    })
    expect(await messages.public.query()).toEqual(JSON.parse(MESSAGES.public))
    expect(await messages.protected.query()).toEqual(JSON.parse(MESSAGES.protected))
    expect(await messages.admin.query()).toEqual(JSON.parse(MESSAGES.admin))
  })
})

describe('its types', () => {
  it('come from the procedures of the server', () => {
    expectTypeOf<
      Awaited<ReturnType<TRPCClient<AppRouter>['messages']['admin']['query']>>
    >().toEqualTypeOf<{
      message: string
    }>()
    // Compiled, never called: `npm run typecheck` fails if one of these lines is no error.
    const wrong = (client: TRPCClient<AppRouter>): unknown[] => [
      // @ts-expect-error: the answer has no such property
      client.messages.public.query().then(({ text }) => String(text)),
      // @ts-expect-error: there is no such procedure
      client.messages.secret,
      // @ts-expect-error: it is a query
      client.messages.public.mutate,
    ]
    expect(wrong).toBeTypeOf('function')
  })
})
