import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { bearer } from './contract.ts'

/** Revisions that clients speak: by `initialize` first, or by messages that say it themselves. */
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const

interface ClientOptions {
  readonly token?: string | undefined
  /** The newest that both know unless it is said. */
  readonly revision?: (typeof REVISIONS)[number]
}

/** The official client, connected to a server. */
export async function connectMcp(
  url: string,
  { token, revision = '2026-07-28' }: ClientOptions = {},
): Promise<Client> {
  const isNew = revision === '2026-07-28'
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: isNew ? { mode: { pin: revision } } : { mode: 'legacy' } },
  )
  const headers = token === undefined ? {} : bearer(token)
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }),
  )
  return client
}

interface Post {
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: string
}

/** A message as it is, without a client around it. */
export function postMessage(
  url: string,
  message: unknown,
  { headers = {}, path = '/mcp' }: Post = {},
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  })
}

/** A call of a tool, by a client of 2025. */
export const callOf = (name: string, args?: object) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, ...(args && { arguments: args }) },
})
