import { cpSync, existsSync, mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createTRPCClient, httpSubscriptionLink } from '@trpc/client'
import { authorizedFetch, createHybridClient } from '@trpc-hybrid/client'
import { fetchToken } from '@trpc-hybrid/dev-issuer'
import { serve, type Running } from '@trpc-hybrid/server'
import { EventSource } from 'eventsource'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { createApi } from '../api.ts'
import { connectDatabase, type Database } from '../database/database.ts'
import type { AppRouter } from '../router.ts'
import { hasPostgres, startPostgres } from '../../../packages/server/test/support/postgres.ts'

const AUDIENCE = 'https://helpdesk.example.com'
const ORIGIN = 'http://localhost:4040'
export const SECRET = 'a secret of the tests, of 32 characters'
type Person = 'user' | 'admin'

/** Runs the tests with each kind of database. */
export function describeHelpdesk(name: string, tests: (desk: Helpdesk) => void): void {
  describe(`${name} (PGlite)`, () => {
    tests(useHelpdesk('PGlite'))
  })
  describe.skipIf(!hasPostgres)(`${name} (PostgreSQL)`, () => {
    tests(useHelpdesk('PostgreSQL'))
  })
}

export interface Helpdesk {
  readonly running: Running<AppRouter>
  readonly database: Database
  /** Of the database, where it is PostgreSQL. */
  readonly databaseUrl: string | undefined
  readonly tokens: Readonly<Record<Person, string>>
  readonly document: Description
}

interface Description {
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
}

function useHelpdesk(kind: 'PGlite' | 'PostgreSQL'): Helpdesk {
  const desk = {} as { -readonly [Name in keyof Helpdesk]: Helpdesk[Name] }
  let endPostgres: () => Promise<void> = () => Promise.resolve()
  beforeAll(async () => {
    if (kind === 'PostgreSQL') {
      const postgres = await startPostgres()
      desk.databaseUrl = postgres.url
      endPostgres = () => postgres.end()
    }
    const api = createApi(async (where) => (desk.database = await connectDatabase(where)))
    const folder = kind === 'PGlite' ? await createFolder() : undefined
    desk.running = await serve(api, {
      env: {
        PORT: '0',
        LOCAL_ISSUER_PORT: '0',
        LOG_LEVEL: 'silent',
        AUTH0_AUDIENCE: AUDIENCE,
        CLIENT_ORIGIN_URL: ORIGIN,
        WEBHOOK_SECRET: SECRET,
        DATABASE_URL: desk.databaseUrl,
        DATABASE_FOLDER: folder,
      },
    })
    const tokenOf = (person: Person) =>
      fetchToken({
        issuer: desk.running.devIssuer ?? '',
        audience: AUDIENCE,
        redirectUri: `${ORIGIN}/`,
        person,
      })
    desk.tokens = { user: await tokenOf('user'), admin: await tokenOf('admin') }
    const description = await fetch(`${desk.running.url}/api/openapi.json`)
    desk.document = (await description.json()) as Description
  })
  afterAll(async () => {
    await desk.running.close().finally(endPostgres)
  })
  return desk
}

/** A folder of PGlite, of which the first is made, in seconds, and every other one is a copy. */
async function createFolder(): Promise<string> {
  const template = join(tmpdir(), 'helpdesk-template')
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-'))
  if (existsSync(template)) {
    cpSync(template, folder, { recursive: true })
  } else {
    const made = await PGlite.create(folder)
    await made.close()
    const copy = mkdtempSync(join(tmpdir(), 'helpdesk-'))
    cpSync(folder, copy, { recursive: true })
    if (!existsSync(template)) renameSync(copy, template)
  }
  return folder
}

/** Asks a PostgreSQL by a connection of its own. */
export async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<object>(text).finally(() => client.end())
  return rows
}

interface CallOptions {
  readonly as?: Person
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown
}

/** Asks over REST, and holds the status to the description. */
export async function call(desk: Helpdesk, target: string, options: CallOptions = {}) {
  const { as, headers = {}, body } = options
  const [method = '', path = ''] = target.split(' ')
  const answer = await fetch(`${desk.running.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(as && { authorization: `Bearer ${desk.tokens[as]}` }),
      ...headers,
    },
    ...(body !== undefined && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
  })
  if (path.startsWith('/api/')) {
    expect(statusesOf(desk.document, method, path)).toContain(String(answer.status))
  }
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false
  return {
    status: answer.status,
    headers: answer.headers,
    body: (isJson ? JSON.parse(text) : text) as never,
  }
}

function statusesOf({ paths }: Description, method: string, path: string): string[] {
  const [asked = ''] = path.split('?')
  const isAsked = (template: string) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(asked)
  const [, operations] = Object.entries(paths).find(([template]) => isAsked(template)) ?? []
  return Object.keys(operations?.[method.toLowerCase()]?.responses ?? {})
}

export const clientOf = ({ running, tokens }: Helpdesk, person: Person) =>
  createHybridClient<AppRouter>({ url: running.url, getAccessToken: () => tokens[person] })

/** A client for subscriptions. */
export const followerOf = ({ running, tokens }: Helpdesk, person: Person) => {
  const fetch = authorizedFetch({ getAccessToken: () => tokens[person] })
  const url = `${running.url}/trpc`
  return createTRPCClient<AppRouter>({
    links: [httpSubscriptionLink({ url, EventSource, eventSourceOptions: { fetch } })],
  })
}

export async function agentToolsOf({ running, tokens }: Helpdesk, person: Person): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const headers = { authorization: `Bearer ${tokens[person]}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${running.url}/mcp`), { requestInit: { headers } }),
  )
  return client
}

/** Opens a ticket. @returns its id */
export async function open(desk: Helpdesk, as: Person, title = 'Printer'): Promise<number> {
  const { status, body } = await call(desk, 'POST /api/v2/tickets', {
    as,
    body: { title, text: 'It is on fire.' },
  })
  expect(status).toBe(201)
  return (body as { id: number }).id
}
