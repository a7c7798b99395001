import type { TRPCClient } from '@trpc/client'
import { createHybridClient, isHybridError } from '@trpc-hybrid/client'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import type { AppRouter } from '../src/client.ts'
import { startApi, type StartedApi } from './start-api.ts'

let api: StartedApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const clientOf = (person: 'user' | 'admin') =>
  createHybridClient<AppRouter>({ url: api.url, getAccessToken: () => api.tokenOf(person) })

describe('the typed client', () => {
  it('reads all three messages for the admin', async () => {
    const { messages } = clientOf('admin')
    const [forAll, withToken, forAdmins] = await Promise.all([
      messages.public.query(),
      messages.protected.query(),
      messages.admin.query(),
    ])
    expect(forAll.message).toContain('require an access token')
    expect(withToken.message).toContain('validated your access token')
    expect(forAdmins.message).toContain('recognized you as an admin')
  })

  it('says which permission the user lacks', async () => {
    const error: unknown = await clientOf('user')
      .messages.admin.query()
      .catch((thrown: unknown) => thrown)
    expect(isHybridError(error) && error.data).toMatchObject({
      code: 'FORBIDDEN',
      httpStatus: 403,
      permissions: ['read:admin-messages'],
    })
  })
})

describe('its types', () => {
  it('come from the procedures', () => {
    type Answer = Awaited<ReturnType<TRPCClient<AppRouter>['messages']['admin']['query']>>
    expectTypeOf<Answer>().toEqualTypeOf<{ message: string }>()
    // Compiled, never called: `npm run typecheck` fails if one of these lines is no error.
    const wrong = ({ messages }: TRPCClient<AppRouter>): unknown[] => [
      // @ts-expect-error: the answer has no such property
      messages.public.query().then(({ text }) => String(text)),
      // @ts-expect-error: there is no such procedure
      messages.secret,
      // @ts-expect-error: it is a query
      messages.public.mutate,
    ]
    expect(wrong).toBeTypeOf('function')
  })
})
