import { TRPCError } from '@trpc/server'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import {
  ConfigError,
  defineApi,
  serve,
  type ApiOfSettings,
  type Environment,
  type Resource,
} from '../src/index.ts'
import { startIssuer } from './support/issuer.ts'
import { testRouter } from './support/router.ts'
import { publicProcedure, router } from './support/trpc.ts'

const ABOUT = { title: 'Shop API', version: '1.2.3' }

/** Serves on a free port, with an issuer that is there. */
async function start(api: Parameters<typeof serve>[0], env: Environment = {}) {
  const issuer = await startIssuer()
  onTestFinished(() => issuer.close())
  return serve(api, {
    env: { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', ISSUER_BASE_URL: issuer.url, ...env },
  })
}

const readiness = async ({ url }: { readonly url: string }) => {
  const answer = await fetch(`${url}/readyz`)
  return { status: answer.status, body: await answer.json() }
}

describe('an API', () => {
  it('is served by its router, title and version', async () => {
    const running = await start(defineApi({ router: testRouter, ...ABOUT }))
    onTestFinished(() => running.close())
    expect((await fetch(`${running.url}/api/messages/public`)).status).toBe(200)
    const description: unknown = await (await fetch(`${running.url}/api/openapi.json`)).json()
    expect(description).toMatchObject({ info: ABOUT })
    expect(running.devIssuer).toBeUndefined()
  })

  it('names itself in Redis and in traces by its title, unless it says its name', () => {
    expect(defineApi({ router: testRouter, ...ABOUT }).about.name).toBe('shop-api')
    expect(defineApi({ router: testRouter, ...ABOUT, name: 'till' }).about.name).toBe('till')
  })

  it('may do without the docs page', async () => {
    const running = await start(defineApi({ router: testRouter, ...ABOUT, parts: { docs: false } }))
    onTestFinished(() => running.close())
    expect((await fetch(`${running.url}/docs`)).status).toBe(404)
  })

  it('says what to set where it has no issuer for development', async () => {
    const api = defineApi({ router: testRouter, ...ABOUT, parts: { devIssuer: false } })
    const started = serve(api, { env: { PORT: '0', LOG_LEVEL: 'silent' } })
    await expect(started).rejects.toThrow(/AUTH0_DOMAIN: is required/)
  })

  it.each([true, false])(
    'tells the messages of a TRPCError of 4xx only where it says so: %s',
    async (exposeTrpcMessages) => {
      const refuse = (code: 'CONFLICT' | 'INTERNAL_SERVER_ERROR') =>
        publicProcedure
          .meta({
            openapi: { method: 'GET', path: `/api/${code}`, errorResponses: [409] },
          })
          .output(z.void())
          .query(() => {
            throw new TRPCError({ code, message: 'No 7 is there already' })
          })
      const api = defineApi({
        router: router({ taken: refuse('CONFLICT'), bug: refuse('INTERNAL_SERVER_ERROR') }),
        ...ABOUT,
        exposeTrpcMessages,
      })
      const running = await start(api)
      onTestFinished(() => running.close())
      const told = async (path: string) => (await fetch(`${running.url}${path}`)).text()
      for (const path of ['/api/CONFLICT', '/trpc/taken']) {
        expect((await told(path)).includes('No 7 is there already')).toBe(exposeTrpcMessages)
      }
      for (const path of ['/api/INTERNAL_SERVER_ERROR', '/trpc/bug']) {
        expect(await told(path)).not.toContain('No 7')
      }
    },
  )

  it('writes its title on the docs page as text', async () => {
    const running = await start(
      defineApi({ router: testRouter, ...ABOUT, title: 'A </title> & B' }),
    )
    onTestFinished(() => running.close())
    const page = await (await fetch(`${running.url}/docs/`)).text()
    expect(page).toContain('<title>A &lt;/title> &amp; B</title>')
  })
})

const SHOP_URL = z.url().meta({ description: 'such as https://shop.example.com' })

describe('settings of its own', () => {
  it('are given to what makes the router, as they were checked', async () => {
    const api = defineApi({
      ...ABOUT,
      settings: { SHOP_URL, SHOP_LIMIT: z.coerce.number().default(7) },
      create(settings) {
        expectTypeOf(settings).toEqualTypeOf<{
          readonly SHOP_URL: string
          readonly SHOP_LIMIT: number
        }>()
        const read = publicProcedure
          .meta({ openapi: { method: 'GET', path: '/api/settings' } })
          .output(z.object({ url: z.string(), limit: z.number() }))
          .query(() => ({ url: settings.SHOP_URL, limit: settings.SHOP_LIMIT }))
        return { router: router({ read }) }
      },
    })
    const running = await start(api, { SHOP_URL: ' https://shop.example.com\n' })
    onTestFinished(() => running.close())
    const answer = await fetch(`${running.url}/api/settings`)
    expect(await answer.json()).toEqual({ url: 'https://shop.example.com', limit: 7 })
  })

  it("are reported with the server's own, and nothing is made", async () => {
    let made = 0
    const create = () => {
      made++
      return { router: testRouter }
    }
    const settings = { SHOP_URL, SHOP_LIMIT: z.coerce.number() }
    const api = defineApi({ ...ABOUT, settings, create })
    const error: unknown = await start(api, { PORT: 'x', SHOP_LIMIT: 'secret' }).catch(
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof ConfigError)) throw error
    const { problems } = error
    expect(problems).toContain('SHOP_URL: is required, such as https://shop.example.com')
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'SHOP_URL',
      'SHOP_LIMIT',
    ])
    expect(problems.join()).not.toContain('secret')
    expect(made).toBe(0)
  })

  it("can't have the names of the server's", () => {
    const options: ApiOfSettings<{ PORT: z.ZodString }, typeof testRouter> = {
      ...ABOUT,
      settings: { PORT: z.string() },
      create: () => ({ router: testRouter }),
    }
    expect(() => defineApi(options)).toThrow(
      new TypeError('PORT: the server has settings of these names itself'),
    )
  })
})

describe('a resource', () => {
  const apiWith = (...resources: Resource[]) =>
    defineApi({ ...ABOUT, create: () => ({ router: testRouter, resources }) })

  it('a resource that is not ready is named by /readyz', async () => {
    let isUp: boolean | Error = false
    const ready = () => {
      if (isUp instanceof Error) throw isUp
      return isUp
    }
    const running = await start(apiWith({ name: 'database', ready }, { name: 'mail' }))
    onTestFinished(() => running.close())
    const waiting = { status: 503, body: { message: 'Not ready: database' } }
    await expect.poll(() => readiness(running)).toEqual(waiting)
    isUp = new Error('secret')
    expect(await readiness(running)).toEqual(waiting)
    isUp = true
    expect(await readiness(running)).toEqual({ status: 200, body: { status: 'ok' } })
  })

  it('a resource that does not say whether it is ready is not', async () => {
    const running = await start(
      apiWith({ name: 'database', ready: () => new Promise(() => undefined) }),
    )
    onTestFinished(() => running.close())
    await expect
      .poll(() => readiness(running))
      .toMatchObject({ body: { message: 'Not ready: database' } })
  })

  it('is closed at the stop, after the last request and whatever another one does', async () => {
    const seen: string[] = []
    const slow = publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/slow' } })
      .output(z.object({ done: z.boolean() }))
      .query(async () => {
        await new Promise((resolve) => setTimeout(resolve, 300))
        seen.push('answered')
        return { done: true }
      })
    const broken = { name: 'broken', close: () => Promise.reject(new Error('no')) }
    const database = { name: 'database', close: () => void seen.push('closed') }
    const running = await start(
      defineApi({
        ...ABOUT,
        create: () => ({ router: router({ slow }), resources: [broken, database] }),
      }),
    )
    const answer = fetch(`${running.url}/api/slow`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await running.close()
    expect((await answer).status).toBe(200)
    expect(seen).toEqual(['answered', 'closed'])
  })

  it('is closed where the start fails', async () => {
    const closed: string[] = []
    const bad = publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/:id' } })
      .output(z.object({}))
      .query(() => ({}))
    const api = defineApi({
      ...ABOUT,
      create: () => ({
        router: router({ bad }),
        resources: [{ name: 'database', close: () => void closed.push('database') }],
      }),
    })
    await expect(start(api)).rejects.toThrow(/write \{id\}/)
    expect(closed).toEqual(['database'])
  })
})
