export interface TokenRequest {
  /** `true` after the server refused a token. A cached token is no use then: ask the issuer. */
  readonly refresh: boolean
}

/**
 * `undefined` sends the request without a token. If it throws, the call fails with that error as its
 * `cause`.
 */
export type GetAccessToken = (
  request: TokenRequest,
) => string | undefined | Promise<string | undefined>

/** What a DPoP proof must be made for (RFC 9449 §4.2). */
export interface ProofRequest {
  /** `htm` of the proof. */
  readonly method: string
  /** `htu` of the proof: the URL without query and fragment. */
  readonly url: string
  /** The `ath` of the proof is the SHA-256 digest of this token. */
  readonly accessToken: string
}

/** @returns a proof for this request alone: a signed JWT that was not used before */
export type GetDpopProof = (request: ProofRequest) => string | Promise<string>

export interface AuthorizationOptions {
  /** Asked before each HTTP request, and once more when the server refuses the token. */
  readonly getAccessToken?: GetAccessToken | undefined
  /** For tokens that are bound to a key. They are sent as `DPoP`, each with a new proof. */
  readonly getDpopProof?: GetDpopProof | undefined
}

type Init = Omit<RequestInit, 'headers' | 'signal'> & {
  headers?: unknown
  signal?: AbortSignal | null | undefined
}

/**
 * `fetch` with an access token. A request whose token is refused is sent once more if a refresh brings a
 * different token. Requests that are refused together share one refresh.
 */
export function authorizedFetch({ getAccessToken, getDpopProof }: AuthorizationOptions) {
  let refreshing: Promise<string | undefined> | undefined
  const refresh = () =>
    (refreshing ??= Promise.resolve(getAccessToken?.({ refresh: true })).finally(() => {
      refreshing = undefined
    }))

  const send = async (url: string, init: Init, token: string | undefined): Promise<Response> => {
    const headers = new Headers(init.headers as Record<string, string>)
    if (token !== undefined) {
      headers.set('authorization', `${getDpopProof ? 'DPoP' : 'Bearer'} ${token}`)
      const proof = { method: init.method ?? 'GET', url: withoutQuery(url), accessToken: token }
      if (getDpopProof) headers.set('dpop', await getDpopProof(proof))
    }
    return fetch(url, { ...init, headers } as RequestInit)
  }

  return async (input: unknown, init: Init = {}): Promise<Response> => {
    const url = String(input)
    const token = await getAccessToken?.({ refresh: false })
    const response = await send(url, init, token)
    if (!getAccessToken || !(await isRefused(response, init.method))) return response
    const fresh = await refresh()
    return fresh === undefined || fresh === token ? response : send(url, init, fresh)
  }
}

const withoutQuery = (url: string) => url.replace(/[?#].*$/, '')

/**
 * Whether the token was refused and sending the request again does no harm: either every call of the
 * request was refused (401), or some were (207) and all are queries, which tRPC sends by GET.
 */
async function isRefused(response: Response, method = 'GET'): Promise<boolean> {
  if (response.status === 401) return true
  if (response.status !== 207 || method !== 'GET') return false
  const answers = (await response.clone().json()) as BatchAnswer[]
  return answers.some(({ error }) => error?.data.httpStatus === 401)
}

interface BatchAnswer {
  readonly error?: { readonly data: { readonly httpStatus: number } }
}
