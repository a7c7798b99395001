import { TRPCClientError } from '@trpc/client'
import { createMessagesClient } from '../../../src/client.ts'
import type { AppRouter } from '../../../src/router.ts'

export type MessageName = 'public' | 'protected' | 'admin'
export type Transport = 'REST' | 'tRPC'

export interface Answer {
  /** As it went out, such as `GET /api/messages/public`. */
  readonly request: string
  /** `undefined` when no answer came. */
  readonly status: number | undefined
  readonly message: string
}

export type GetAccessToken = () => Promise<string | undefined>

/** Reads messages over either transport. `getAccessToken` may reject; then that rejects too. */
export function createApi(url: string, getAccessToken: GetAccessToken) {
  const client = createMessagesClient({ url, getAccessToken })

  const overRest = async (name: MessageName): Promise<Answer> => {
    const path = `/api/messages/${name}`
    const request = `GET ${path}`
    const token = await getAccessToken()
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    try {
      const response = await fetch(new URL(path, url), { headers })
      const { message } = (await response.json()) as { message: string }
      return { request, status: response.status, message }
    } catch {
      return noAnswer(request)
    }
  }

  const overTrpc = async (name: MessageName): Promise<Answer> => {
    const request = `messages.${name}.query()`
    await getAccessToken() // the client would report its failure as one of the call
    try {
      const { message } = await client.messages[name].query()
      return { request, status: 200, message }
    } catch (error) {
      if (!isAnswer(error) || !error.data) return noAnswer(request)
      return { request, status: error.data.httpStatus, message: error.message }
    }
  }

  return {
    read: (name: MessageName, transport: Transport) =>
      transport === 'REST' ? overRest(name) : overTrpc(name),
  }
}

const isAnswer = (error: unknown): error is TRPCClientError<AppRouter> =>
  error instanceof TRPCClientError

const noAnswer = (request: string): Answer => ({
  request,
  status: undefined,
  message: 'No answer',
})

/**
 * Asks the API which issuers' tokens it takes (RFC 9728).
 *
 * @returns `undefined` where there is no API, or one that doesn't let this page in
 */
export async function findIssuers(url: string): Promise<readonly string[] | undefined> {
  try {
    const response = await fetch(new URL('/.well-known/oauth-protected-resource', url))
    const metadata = (await response.json()) as { authorization_servers: string[] }
    return metadata.authorization_servers
  } catch {
    return undefined
  }
}
