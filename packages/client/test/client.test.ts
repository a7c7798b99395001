import { gzipSync } from 'node:zlib'
import type { TRPCError } from '@trpc/server'
import { build } from 'esbuild'
import { beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { isHybridError, type ProofRequest } from '../src/index.ts'
import { MESSAGES } from '../../server/test/support/contract.ts'
import { createDpopKey } from '../../server/test/support/dpop.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import { ADMIN } from '../../server/test/support/issuer.ts'
import { ROOT } from '../../server/test/support/process.ts'
import { createTestClient } from '../../server/test/support/test-client.ts'

const fixture = useServer()

/** A client that hands out the tokens given, one at each time it is asked, and notes how it was. */
function clientWith(...tokens: (string | undefined)[]) {
  const asked: boolean[] = []
  const getAccessToken = ({ refresh }: { refresh: boolean }) => {
    asked.push(refresh)
    return tokens[asked.length - 1]
  }
  return { client: createTestClient({ url: fixture.server.url, getAccessToken }), asked }
}

const sent = vi.spyOn(globalThis, 'fetch')
beforeEach(() => {
  sent.mockClear()
})
const answered = () => sent.mock.settledResults.filter(({ type }) => type === 'fulfilled').length

const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('the typed client', () => {
  it('reads the three messages', async () => {
    const token = await fixture.issuer.mint({ claims: ADMIN })
    const { messages } = createTestClient({
      url: `${fixture.server.url}/`,
      getAccessToken: () => token,
    })
    expect(await messages.public.query()).toEqual(JSON.parse(MESSAGES.public))
    expect(await messages.protected.query()).toEqual(JSON.parse(MESSAGES.protected))
    expect(await messages.admin.query()).toEqual(JSON.parse(MESSAGES.admin))
  })

  it('needs no token for the public message', async () => {
    const { messages } = createTestClient({ url: fixture.server.url })
    expect(await messages.public.query()).toEqual(JSON.parse(MESSAGES.public))
  })

  it('sends calls of the same tick in one request, at most ten in each', async () => {
    const token = await fixture.issuer.mint()
    const { client } = clientWith(token, token, token)
    const ask = (count: number) =>
      Promise.all(Array.from({ length: count }, () => client.messages.protected.query()))
    await ask(10)
    expect(sent).toHaveBeenCalledTimes(1)
    await ask(11)
    expect(sent).toHaveBeenCalledTimes(1 + 2)
  })
})

describe('a token that the server refuses', () => {
  it('replaces a token that the server refuses once by a fresh one', async () => {
    const { client, asked } = clientWith('stale', await fixture.issuer.mint())
    const answer = await client.messages.protected.query()
    expect(answer).toEqual(JSON.parse(MESSAGES.protected))
    expect(asked).toEqual([false, true])
  })

  it('replaces a refused token where other calls of the same batch went through', async () => {
    const { client, asked } = clientWith('stale', await fixture.issuer.mint())
    const answers = await Promise.all([
      client.messages.public.query(),
      client.messages.protected.query(),
    ])
    expect(answers).toEqual([JSON.parse(MESSAGES.public), JSON.parse(MESSAGES.protected)])
    expect(asked).toEqual([false, true])
  })

  it('gives up when the fresh token is refused too', async () => {
    const { client, asked } = clientWith('stale', 'stale-too', 'never asked for')
    const error = await failure(client.messages.protected.query())
    expect(error).toMatchObject({ data: { code: 'UNAUTHORIZED' } })
    expect(asked).toEqual([false, true])
  })

  it('does not send a refused token again when the fresh one is the same', async () => {
    const { client } = clientWith('stale', 'stale')
    await failure(client.messages.protected.query())
    expect(sent).toHaveBeenCalledTimes(1)
  })

  it('asks for a fresh token once for all requests that the old one was refused in', async () => {
    const fresh = await fixture.issuer.mint()
    let refreshes = 0
    const client = createTestClient({
      url: fixture.server.url,
      async getAccessToken({ refresh }) {
        if (!refresh) return 'stale'
        refreshes += 1
        await expect.poll(answered).toBe(2)
        return fresh
      },
    })
    await Promise.all(Array.from({ length: 20 }, () => client.messages.protected.query()))
    expect(refreshes).toBe(1)
  })

  it('asks for no fresh token for want of a permission', async () => {
    const { client, asked } = clientWith(await fixture.issuer.mint(), 'never asked for')
    await failure(client.messages.admin.query())
    expect(asked).toEqual([false])
  })
})

describe('with a DPoP proof function', () => {
  it('sends a bound token with a proof of its own for each request', async () => {
    const key = await createDpopKey()
    const token = await fixture.issuer.mint({ claims: { ...ADMIN, cnf: { jkt: key.thumbprint } } })
    const asked: ProofRequest[] = []
    const { messages } = createTestClient({
      url: fixture.server.url,
      getAccessToken: ({ refresh }) => (refresh ? token : 'stale'),
      getDpopProof(request) {
        asked.push(request)
        const { method, url, accessToken } = request
        return key.prove({ method, url, token: accessToken })
      },
    })
    const answers = await Promise.all([messages.protected.query(), messages.admin.query()])
    expect(answers).toEqual([JSON.parse(MESSAGES.protected), JSON.parse(MESSAGES.admin)])
    const url = `${fixture.server.url}/trpc/messages.protected,messages.admin`
    expect(asked).toEqual([
      { method: 'GET', url, accessToken: 'stale' },
      { method: 'GET', url, accessToken: token },
    ])
  })
})

describe('errors', () => {
  it('fails with code, message and the needed permission', async () => {
    const { client } = clientWith(await fixture.issuer.mint())
    const error = await failure(client.messages.admin.query())
    if (!isHybridError(error)) throw new Error('not an error of the API')
    expect(error.message).toBe('Permission denied')
    expect(error.data.code).toBe('FORBIDDEN')
    expect(error.data.httpStatus).toBe(403)
    expect(error.data.permissions).toEqual(['read:admin-messages'])
    expectTypeOf(error.data.code).toEqualTypeOf<TRPCError['code']>()
    expectTypeOf(error.data.permissions).toEqualTypeOf<readonly string[] | undefined>()
  })

  it('tells refusals from a server that is not there, and from a sign-in that fails', async () => {
    const nowhere = createTestClient({ url: 'http://127.0.0.1:1' })
    expect(isHybridError(await failure(nowhere.messages.public.query()))).toBe(false)
    const signedOut = createTestClient({
      url: fixture.server.url,
      getAccessToken: () => Promise.reject(new Error('login_required')),
    })
    const error = await failure(signedOut.messages.public.query())
    expect(isHybridError(error)).toBe(false)
    expect(error).toMatchObject({ cause: { message: 'login_required' } })
  })
})

describe('its bundle for browsers', () => {
  it('is small in a bundle for browsers, and brings no server code', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: [`${ROOT}packages/client/src/index.ts`],
      absWorkingDir: ROOT,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      write: false,
    })
    const parts = new Set(
      Object.keys(metafile.inputs).map((file) =>
        file.replace(/^.*node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/, '$1'),
      ),
    )
    expect([...parts].sort()).toEqual([
      '@trpc/client',
      '@trpc/server', // its observables and transformers, which @trpc/client is built on
      'packages/client/src/authorized-fetch.ts',
      'packages/client/src/client-router.ts',
      'packages/client/src/index.ts',
    ])
    const size = gzipSync(outputFiles[0]?.contents ?? '').length
    expect(size).toBeGreaterThan(0)
    expect(size).toBeLessThan(8 * 1024)
    console.log(`the client, minified and gzipped: ${size} bytes`)
  })
})
