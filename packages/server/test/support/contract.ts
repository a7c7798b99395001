/** The wording of the contract, apart from the code so that a slip there is found. */
export const MESSAGES = {
  public: '{"message":"The API doesn\'t require an access token to share this message."}',
  protected: '{"message":"The API successfully validated your access token."}',
  admin: '{"message":"The API successfully recognized you as an admin."}',
}

export const REFUSALS = {
  missing: { status: 401, message: 'Requires authentication' },
  malformedHeader: {
    status: 400,
    message: 'Authorization header value must follow this format: Bearer access-token',
  },
  badToken: { status: 401, message: 'Bad credentials' },
  noPermission: { status: 403, message: 'Permission denied' },
  noKeys: { status: 503, message: 'Service Unavailable' },
}

export interface Answer {
  readonly status: number
  readonly challenge: string | null
  /** The whole text in REST, `{ message }` out of the envelope in RPC. */
  readonly body: string
  readonly headers: Headers
}

export const TRANSPORTS = ['REST', 'RPC'] as const
export type Transport = (typeof TRANSPORTS)[number]

export interface Call {
  readonly transport: Transport
  readonly message: 'public' | 'protected' | 'admin'
  readonly headers?: Record<string, string>
}

/** Asks for a message over one of the transports, in terms that fit both. */
export async function ask(
  url: string,
  { transport, message, headers = {} }: Call,
): Promise<Answer> {
  const path = transport === 'REST' ? `/api/messages/${message}` : `/trpc/messages.${message}`
  const response = await fetch(`${url}${path}`, { headers })
  const text = await response.text()
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: transport === 'REST' ? text : unwrap(text),
    headers: response.headers,
  }
}

function unwrap(text: string): string {
  const envelope = JSON.parse(text) as {
    result?: { data: unknown }
    error?: { message: string }
  }
  return JSON.stringify(envelope.result?.data ?? { message: envelope.error?.message })
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
