import type { AnyProcedure } from '@trpc/server'
import { createTRPCUntypedClient, httpLink, TRPCClientError } from '@trpc/client'
import superjson from 'superjson'
import type { OpenAPIObject } from 'trpc-openapi'
import { expect } from 'vitest'
import type { OpenApiOperation, RestOperation } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { createDescriptionCheck, exchangeOf } from '../../../../server/test/support/described.ts'
import { callerOf, type App } from './app.ts'

const ORIGIN = 'http://api.test'
const JSON_TYPE = { 'content-type': 'application/json' }

export type Json = Record<string, unknown>
type Headers = Readonly<Record<string, string>>

export interface Answer {
  readonly status: number | undefined
  /** `null` where there is none. */
  readonly body: unknown
}

/** As a client without types writes it: a big integer is its text, since JSON has none. */
export const jsonOf = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_, one: unknown) =>
      typeof one === 'bigint' ? String(one) : one,
    ),
  )

/** The request that a sample is, over REST. */
function restRequest({ method, template, from }: RestOperation, send: unknown) {
  const json = send === undefined ? undefined : jsonOf(send)
  const fields = { ...(json as Json) }
  const path = template.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = encodeURIComponent(String(fields[name]))
    Reflect.deleteProperty(fields, name)
    return value
  })
  const init = { method, headers: {} }
  if (from === 'query') return { path: `${path}${queryOf(fields)}`, init }
  const body = template.names.length > 0 ? fields : json
  return {
    path,
    init: json === undefined ? init : { ...init, body: JSON.stringify(body), headers: JSON_TYPE },
  }
}

function queryOf(fields: Json): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) => pairsOf(name, value as Sent))
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}

type Sent =
  string | number | boolean | null | undefined | readonly Sent[] | { [name: string]: Sent }

function pairsOf(name: string, value: Sent): [string, string][] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object') return [[name, String(value)]]
  if (Array.isArray(value)) return value.flatMap((one: Sent) => pairsOf(name, one))
  return Object.entries(value).flatMap(([key, inner]) => pairsOf(`${name}[${key}]`, inner))
}

function procedureOf({ router }: App, name: string): AnyProcedure {
  const procedure = (router._def.procedures as Record<string, AnyProcedure>)[name]
  if (!procedure) throw new Error(`There is no ${name}`)
  return procedure
}

/** Calls the procedures of an app, and holds what comes over REST to its description. */
export function clientsOf(app: App) {
  const { hybrid, transformer } = app
  const handle = fetchHandler(hybrid, { createContext: ({ request }) => callerOf(request) })
  const faultsOf = createDescriptionCheck(hybrid.document as unknown as OpenAPIObject)
  const operations = new Map(hybrid.operations.map((one) => [one.name, one]))

  async function rest(name: string, send: unknown, headers: Headers): Promise<Answer> {
    const operation = operations.get(name)
    if (!operation) throw new Error(`${name} has no route`)
    const { path, init } = restRequest(operation, send)
    const request = new Request(`${ORIGIN}${path}`, {
      ...init,
      headers: { ...init.headers, ...headers },
    })
    const response = await handle(request)
    Object.defineProperty(response, 'url', { value: request.url })
    expect(faultsOf(await exchangeOf(response, init.method))).toEqual([])
    const text = await response.text()
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as unknown }
  }

  async function rpc(name: string, send: unknown, headers: Headers): Promise<Answer> {
    const answer = (url: unknown, init: unknown) =>
      handle(new Request(String(url), init as RequestInit))
    const link = httpLink({
      url: `${ORIGIN}/trpc`,
      headers,
      fetch: answer as never,
      ...((transformer && { transformer: superjson }) as object),
    })
    const client = createTRPCUntypedClient({ links: [link] })
    const { type } = procedureOf(app, name)._def
    try {
      const data =
        type === 'query' ? await client.query(name, send) : await client.mutation(name, send)
      return { status: 200, body: jsonOf(data) }
    } catch (error) {
      if (!(error instanceof TRPCClientError)) throw error
      const { data, message } = error as { data?: { httpStatus?: number }; message: string }
      return { status: data?.httpStatus, body: { message } }
    }
  }
  return { rest, rpc }
}

/** How a procedure is served and described over REST; `undefined` where it is not. */
export function describedOf({ hybrid }: App, name: string): OpenApiOperation | undefined {
  const operation = hybrid.operations.find((one) => one.name === name)
  return (
    operation && hybrid.document.paths[operation.template.path]?.[operation.method.toLowerCase()]
  )
}
