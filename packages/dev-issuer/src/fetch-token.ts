import { createHash, randomBytes } from 'node:crypto'

export interface TokenRequest {
  /** Where the local issuer runs, with the slash at the end. */
  readonly issuer: string
  readonly audience: string
  /** Any address that the issuer may redirect to; nothing is ever sent there. */
  readonly redirectUri: string
  /** Who signs in: the `id` of one of the people. */
  readonly person: string
}

/**
 * Signs a person in as a browser would (authorization code with PKCE, RFC 7636), through the sign-in
 * page and its cookies.
 *
 * @returns an access token for the API
 * @throws {TypeError} from `fetch`, when nothing answers at the issuer's address
 * @throws {Error} when what answers does not behave like the local issuer
 */
export async function fetchToken(request: TokenRequest): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const code = await fetchCode(request, verifier)
  const response = await fetch(new URL('oauth/token', request.issuer), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT_ID,
      redirect_uri: request.redirectUri,
      code_verifier: verifier,
      code,
    }),
  })
  const answer = (await response.json()) as { access_token?: string; error_description?: string }
  if (answer.access_token !== undefined) return answer.access_token
  throw new Error(answer.error_description ?? 'it issued no access token')
}

const CLIENT_ID = 'token-command'

/** @returns the authorization code */
async function fetchCode(request: TokenRequest, verifier: string): Promise<string> {
  const follow = createBrowser(request.issuer)
  const authorize = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: 'code',
    redirect_uri: request.redirectUri,
    scope: 'openid profile email',
    audience: request.audience,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const signInPage = await follow(`authorize?${authorize.toString()}`)
  const choice = new URLSearchParams({ person: request.person })
  const resume = await follow(signInPage, { method: 'POST', body: choice })
  const callback = new URL(await follow(resume), request.issuer)
  const code = callback.searchParams.get('code')
  if (code === null) throw new Error('it issued no code')
  return code
}

/**
 * Keeps cookies, and reads where each answer redirects to.
 *
 * @throws {Error} with the description of an error that is on its way to the app
 */
function createBrowser(issuer: string) {
  const cookies = new Map<string, string>()
  return async (path: string, init?: RequestInit): Promise<string> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const options: RequestInit = { ...init, redirect: 'manual', headers: { cookie } }
    const response = await fetch(new URL(path, issuer), options)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`it answered ${response.status}`)
    const description = new URL(location, issuer).searchParams.get('error_description')
    if (description !== null) throw new Error(description)
    return location
  }
}
