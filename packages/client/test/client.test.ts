import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpSubscriptionLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client'
import { initTRPC, type TRPCError } from '@trpc/server'
import { build } from 'esbuild'
import { EventSource } from 'eventsource'
import superjson from 'superjson'
import { FeatureError } from 'trpc-hybrid'
import { beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { z } from 'zod'
import {
  createHybridClient,
  isHybridError,
  type HybridClientOptions,
  type ProofRequest,
} from '../src/index.ts'
import { MESSAGES } from '../../server/test/support/contract.ts'
import { createDpopKey } from '../../server/test/support/dpop.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import { closeServer, listenOnLoopback } from '../../server/test/support/http.ts'
import { ADMIN, startIssuer } from '../../server/test/support/issuer.ts'
import { ROOT } from '../../server/test/support/process.ts'
import { startTestServer } from '../../server/test/support/server.ts'
import { protectedProcedure, publicProcedure, router } from '../../server/test/support/trpc.ts'
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

const echoing = router({
  echo: publicProcedure.input(z.unknown()).query(({ input }) => input),
  mine: protectedProcedure.input(z.string()).query(({ input }) => input.length),
  save: publicProcedure.input(z.string()).mutation(({ input }) => input.length),
  broken: publicProcedure.subscription(async function* () {
    yield await Promise.resolve(1)
    throw new FeatureError('gone', 'It is over')
  }),
})

describe('a query of any length', () => {
  const echo = useServer({ router: echoing })
  const clientOf = (options: Partial<HybridClientOptions> = {}) =>
    createHybridClient<typeof echoing>({ url: echo.server.url, ...options })
  /** Of the client: the server asks its issuer, too. */
  const methods = () =>
    sent.mock.calls
      .filter(([input]) => typeof input === 'string' && input.includes('/trpc/'))
      .map(([, init]) => init?.method ?? 'GET')

  it.each([
    [10, 'GET'],
    [2_048, 'GET'],
    [3_500, 'GET'],
    [4_000, 'POST'],
    [16_000, 'POST'],
    [90_000, 'POST'],
  ])('has its answer: %i characters, by %s', async (length, method) => {
    const text = 'x'.repeat(length)
    expect(await clientOf().echo.query(text)).toBe(text)
    expect(methods()).toEqual([method])
  })

  it('is never too big for a request, wherever GET ends', async () => {
    const lengths = Array.from({ length: 120 }, (_, index) => 3_850 + index)
    const client = clientOf()
    const answers = await Promise.all(
      lengths.map((length) => client.echo.query('x'.repeat(length))),
    )
    expect(answers.map((text) => String(text).length)).toEqual(lengths)
    expect(new Set(methods())).toEqual(new Set(['GET', 'POST']))
  })

  it('counts as long as its URL would be', async () => {
    const text = 'ü'.repeat(1_000)
    expect(await clientOf().echo.query(text)).toBe(text)
    expect(methods()).toEqual(['POST'])
  })

  it('goes alone, and others of the same tick together as ever', async () => {
    const client = clientOf()
    const long = 'x'.repeat(50_000)
    const texts = ['a', long, 'b', long, 'c', long]
    expect(await Promise.all(texts.map((text) => client.echo.query(text)))).toEqual(texts)
    expect(methods().sort()).toEqual(['GET', 'POST', 'POST', 'POST'])
    expect(await client.save.mutate(long)).toBe(50_000)
  })

  it('has a refused token replaced', async () => {
    const fresh = await echo.issuer.mint()
    const client = clientOf({ getAccessToken: ({ refresh }) => (refresh ? fresh : 'stale') })
    expect(await client.mine.query('x'.repeat(9_000))).toBe(9_000)
    expect(methods()).toEqual(['POST', 'POST'])
  })

  it('fails as any other where its input has no JSON', async () => {
    const error = await failure(clientOf().echo.query(1n))
    expect(error).toMatchObject({ message: expect.stringContaining('BigInt') as string })
    expect(isHybridError(error)).toBe(false)
    expect(sent).not.toHaveBeenCalled()
  })

  it('is as long as the transformer of its router makes it', async () => {
    const t = initTRPC.create({ transformer: superjson })
    const own = t.router({
      dates: t.procedure.input(z.array(z.date())).query(({ input }) => input),
    })
    const server = await startTestServer({ issuer: echo.issuer, router: own as never })
    const client = createHybridClient<typeof own>({ url: server.url, transformer: superjson })
    const dates = Array.from({ length: 200 }, (_, day) => new Date(day * 86_400_000))
    expect(await client.dates.query(dates)).toEqual(dates)
    expect(await client.dates.query([])).toEqual([])
    expect(methods()).toEqual(['POST', 'GET'])
    await server.close()
  })
})

describe('headers of a call', () => {
  const tenants = router({
    tenant: publicProcedure.query(({ ctx }) => ctx.header('x-tenant') ?? 'none'),
    change: publicProcedure.mutation(({ ctx }) => ctx.header('if-match') ?? 'none'),
  })
  const own = useServer({ router: tenants })
  const of = (headers: Record<string, string>) => ({ context: { headers } })

  it('are sent with it alone, however many calls there are in the same tick', async () => {
    const client = createHybridClient<typeof tenants>({ url: own.server.url })
    const read = [
      client.tenant.query(undefined, of({ 'X-Tenant': 'a' })),
      client.tenant.query(),
      client.change.mutate(undefined, of({ 'If-Match': '"7"' })),
      client.tenant.query(undefined, of({ 'X-Tenant': 'b' })),
      client.tenant.query(),
    ]
    expect(await Promise.all(read)).toEqual(['a', 'none', '"7"', 'b', 'none'])
    const requests = sent.mock.calls.filter(
      ([input]) => typeof input === 'string' && input.includes('/trpc/'),
    )
    expect(requests).toHaveLength(4)
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

describe('what the server itself answers', () => {
  const own = useServer({ router: echoing })
  const limited = useServer({ router: echoing, env: { RATE_LIMIT_MAX: '1' } })
  const client = () => createHybridClient<typeof echoing>({ url: own.server.url })
  const url = () => `${own.server.url}/trpc`
  type Plain = Record<'nowhere', { query: (input?: string) => Promise<unknown> }>
  const ask = (link: TRPCLink<typeof echoing>) =>
    createTRPCClient<typeof echoing>({ links: [link] })
  const failsWith = (error: unknown) => (isHybridError(error) ? error.data.httpStatus : error)

  it.each<[what: string, status: number, call: () => Promise<unknown>]>([
    ['413', 413, () => client().echo.query('x'.repeat(200_000))],
    ['413 of a mutation', 413, () => client().save.mutate('x'.repeat(200_000))],
    ['401', 401, () => client().mine.query('')],
    ['401 by POST', 401, () => client().mine.query('x'.repeat(9_000))],
    ['404 of an unknown procedure', 404, () => (client() as unknown as Plain).nowhere.query()],
    [
      '404 of an unknown procedure, by POST',
      404,
      () => (client() as unknown as Plain).nowhere.query('x'.repeat(9_000)),
    ],
    [
      '429',
      429,
      async () => {
        const { echo } = createHybridClient<typeof echoing>({ url: limited.server.url })
        await echo.query('')
        await echo.query('')
      },
    ],
    [
      '503 without keys',
      503,
      async () => {
        const issuer = await startIssuer()
        await issuer.close()
        const server = await startTestServer({ issuer, router: echoing })
        const getAccessToken = () => issuer.mint()
        const { mine } = createHybridClient<typeof echoing>({ url: server.url, getAccessToken })
        await mine.query('').finally(() => server.close())
      },
    ],
    [
      '400 of a batch that is too long',
      400,
      () => {
        const { echo } = ask(httpBatchLink({ url: url() }))
        return Promise.all(Array.from({ length: 11 }, () => echo.query('')))
      },
    ],
    ['401 in a streamed batch', 401, () => ask(httpBatchStreamLink({ url: url() })).mine.query('')],
    [
      '410 in a subscription',
      410,
      () =>
        new Promise((_, onError) => {
          const { broken } = ask(httpSubscriptionLink({ url: url(), EventSource }))
          broken.subscribe(undefined, { onError })
        }),
    ],
  ])('is an error of the API: %s', async (_, status, call) => {
    expect(failsWith(await failure(call()))).toBe(status)
  })

  it.each([
    ['a page', 'text/html', '<h1>Bad Gateway</h1>'],
    ['nothing', 'text/plain', ''],
    ['JSON of its own', 'application/json', '{"message":"Bad Gateway"}'],
    ['JSON that is like ours', 'application/json', '{"error":{"code":1,"message":"x"}}'],
    [
      'JSON that is more like ours',
      'application/json',
      '{"error":{"code":1,"message":"x","data":{"code":502,"httpStatus":"502"}}}',
    ],
  ])('is not what another server answers in its place: %s', async (_, type, body) => {
    const other = createServer((__, response) => {
      response.writeHead(502, { 'content-type': type }).end(body)
    })
    const port = await listenOnLoopback(other)
    const { echo } = createHybridClient<typeof echoing>({ url: `http://127.0.0.1:${port}` })
    for (const text of ['', 'x'.repeat(9_000)]) {
      const error = await failure(echo.query(text))
      expect([error instanceof TRPCClientError, isHybridError(error)]).toEqual([true, false])
    }
    await closeServer(other)
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
