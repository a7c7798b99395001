import { initTRPC, TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createGuard, createHybrid, type HybridMeta, type HybridOptions } from 'trpc-hybrid'
import { statusText } from 'trpc-hybrid/engine'
import { fetchHandler } from 'trpc-hybrid/fetch'

const t = initTRPC.meta<HybridMeta>().create()
const info = { title: 'Options', version: '1.0.0' }

const route = (path: `/${string}`, more: Partial<NonNullable<HybridMeta['openapi']>> = {}) =>
  t.procedure.meta({ openapi: { method: 'GET', path, ...more } })

type Options = Omit<HybridOptions<ReturnType<typeof t.router>>, 'router' | 'info'>

function serve(procedures: Parameters<typeof t.router>[0], options: Options = {}) {
  const hybrid = createHybrid({ router: t.router(procedures), info, ...options })
  const handle = fetchHandler(hybrid, { createContext: () => ({}) })
  return {
    hybrid,
    call: async (path: string, init?: RequestInit) => {
      const response = await handle(new Request(`http://api.test${path}`, init))
      return { status: response.status, body: await response.json() }
    },
  }
}

const problemsOf = (...given: Parameters<typeof serve>) => {
  try {
    serve(...given)
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

describe('missingOutput', () => {
  const procedures = {
    free: route('/free').query(() => ({ a: 1, b: [true] })),
    nothing: route('/nothing').query(() => undefined),
  }

  it('is refused unless it is said', () => {
    expect(problemsOf(procedures)).toMatch(/free: it has no output schema/)
  })

  it('any serves whatever is answered, and describes it as anything', async () => {
    const { hybrid, call } = serve(procedures, { missingOutput: 'any' })
    expect(await call('/free')).toEqual({ status: 200, body: { a: 1, b: [true] } })
    expect(await call('/nothing')).toEqual({ status: 200, body: null })
    expect(hybrid.document.paths['/free']?.['get']?.responses['200']).toMatchObject({
      content: { 'application/json': { schema: {} } },
    })
  })
})

describe('defaultMeta', () => {
  const procedures = {
    mine: route('/mine')
      .output(z.string())
      .query(() => 'mine'),
    other: t.procedure.output(z.string()).query(() => 'other'),
    hidden: t.procedure.output(z.string()).query(() => 'hidden'),
    ticks: t.procedure.subscription(async function* () {
      yield await Promise.resolve(1)
    }),
  }

  it('gives procedures without a route one, and others none', async () => {
    const { hybrid, call } = serve(procedures, {
      defaultMeta: (path, procedure) =>
        path === 'hidden' || procedure._def.type !== 'query'
          ? undefined
          : { openapi: { method: 'GET', path: `/auto/${path}` } },
    })
    expect(await call('/mine')).toEqual({ status: 200, body: 'mine' })
    expect(await call('/auto/other')).toEqual({ status: 200, body: 'other' })
    expect((await call('/auto/hidden')).status).toBe(404)
    expect(Object.keys(hybrid.document.paths)).toEqual(['/mine', '/auto/other'])
  })
})

describe('Guards that are not ours', () => {
  const session = t.middleware(({ next }) => next())
  const own = t.procedure.use(session)
  const chainOf = (procedure: { readonly _def: object }) =>
    (procedure._def as { middlewares: readonly unknown[] }).middlewares
  const meta = { openapi: { method: 'GET', path: '/a' } } as const
  const signedIn = own.meta(meta).output(z.string())
  const securitySchemes = {
    cookie: { type: 'apiKey', in: 'cookie', name: 'session' },
    key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  } as const

  it('are described as securityOf says, with their 401', () => {
    const middleware = chainOf(own.query(() => 1))[0]
    const { hybrid } = serve(
      {
        a: signedIn.query(() => 'a'),
        b: route('/b')
          .output(z.string())
          .query(() => 'b'),
      },
      {
        securitySchemes,
        securityOf: (procedure) =>
          chainOf(procedure).includes(middleware) ? [{ cookie: [] }, { key: [] }] : undefined,
      },
    )
    const { paths } = hybrid.document
    expect(paths['/a']?.['get']).toMatchObject({
      security: [{ cookie: [] }, { key: [] }],
      description: 'Needs valid credentials (`cookie`, or `key`).',
    })
    expect(paths['/a']?.['get']?.responses['401']).toBeDefined()
    expect(paths['/b']?.['get']).toMatchObject({
      security: [],
      description: 'Needs no access token.',
    })
    expect(paths['/b']?.['get']?.responses['401']).toBeUndefined()
  })

  it('stand beside guards of ours', () => {
    const guarded = own.use(createGuard(() => undefined, { scheme: 'key' }))
    const { hybrid } = serve(
      {
        a: guarded
          .meta(meta)
          .output(z.string())
          .query(() => 'a'),
      },
      { securitySchemes, securityOf: () => [{ cookie: [] }] },
    )
    expect(hybrid.document.paths['/a']?.['get']?.security).toEqual([{ cookie: [], key: [] }])
  })

  it('need a scheme that is described', () => {
    const { hybrid } = serve({ a: signedIn.query(() => 'a') }, { securityOf: () => [{ hmac: [] }] })
    expect(() => hybrid.document).toThrow(/a: it needs hmac, which the securitySchemes have not/)
  })

  describe('with protect: true', () => {
    const procedures = {
      a: route('/a', { protect: true })
        .output(z.string())
        .query(() => 'a'),
    }

    it('stop the start', () => {
      expect(problemsOf(procedures)).toMatch(/a: its meta has protect: true, its chain asks for no/)
    })

    it('are believed with trustProtect: bearer where no scheme is given', () => {
      const { hybrid } = serve(procedures, { trustProtect: true })
      expect(hybrid.document.paths['/a']?.['get']).toMatchObject({ security: [{ bearer: [] }] })
      expect(hybrid.document.paths['/a']?.['get']?.responses['401']).toBeDefined()
    })

    it('are believed with trustProtect: one of the schemes that are given', () => {
      const { hybrid } = serve(procedures, { trustProtect: true, securitySchemes })
      expect(hybrid.document.paths['/a']?.['get']?.security).toEqual([{ cookie: [] }, { key: [] }])
    })

    it('are not believed against a guard of ours', () => {
      const guarded = t.procedure.use(createGuard(() => undefined))
      const denied = guarded.meta({ openapi: { method: 'GET', path: '/a', protect: false } })
      const a = denied.output(z.string()).query(() => 'a')
      expect(problemsOf({ a }, { trustProtect: true })).toMatch(/a: its meta has protect: false/)
    })
  })
})

describe('exposeTrpcMessages', () => {
  const CODES = Object.keys(TRPC_ERROR_CODES_BY_KEY) as TRPCError['code'][]
  const failing = (code: TRPCError['code'], cause?: Error) =>
    route(`/${code}`)
      .output(z.string())
      .query((): string => {
        throw new TRPCError({ code, message: `told: ${code}`, cause })
      })
  const procedures = Object.fromEntries(CODES.map((code) => [code, failing(code)]))
  const answers = async (code: string, options: Options, given = procedures) => {
    const { call } = serve(given, options)
    const rest = await call(`/${code}`)
    const rpc = await call(`/trpc/${code}`)
    const batch = await call(`/trpc/${code}?batch=1&input={}`)
    const envelope = rpc.body as { error: { message: string; data: { code: string } } }
    expect(rpc.status).toBe(rest.status)
    expect(batch).toEqual({ status: rest.status, body: [rpc.body] })
    expect(rest.body).toEqual({ message: envelope.error.message })
    return { status: rest.status, code: envelope.error.data.code, ...(rest.body as object) }
  }

  it.each(CODES)(
    'tells the message of %s where it is one of 4xx, over REST and RPC',
    async (code) => {
      const status = getHTTPStatusCodeFromError(new TRPCError({ code }))
      const message = status < 500 ? `told: ${code}` : statusText(status)
      expect(await answers(code, { exposeTrpcMessages: true })).toEqual({ status, code, message })
    },
  )

  it.each(CODES)('hides that of %s unless it is said', async (code) => {
    const status = getHTTPStatusCodeFromError(new TRPCError({ code }))
    expect(await answers(code, {})).toEqual({ status, code, message: statusText(status) })
  })

  it('tells the message that an app gave to a failed parse of its own', async () => {
    const cause = z.object({ secret: z.string() }).safeParse({}).error
    const given = { BAD_REQUEST: failing('BAD_REQUEST', cause) }
    expect(await answers('BAD_REQUEST', { exposeTrpcMessages: true }, given)).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
      message: 'told: BAD_REQUEST',
    })
  })
})

describe('rpcErrors', () => {
  const procedures = { add: t.procedure.input(z.object({ n: z.number() })).query(() => 1) }
  const messageOf = async (options: Options) => {
    const { body } = await serve(procedures, options).call('/trpc/add?input={}')
    return (body as { error: { message: string } }).error.message
  }

  it('says what does not fit in our words, or in those of tRPC where the app wants its own', async () => {
    expect(await messageOf({})).toBe('Input validation failed')
    expect(JSON.parse(await messageOf({ rpcErrors: 'own' }))).toMatchObject([{ path: ['n'] }])
  })
})
