import { createHash, randomBytes } from 'node:crypto'
import { startDevIssuer, type DevIssuerOptions } from '@trpc-hybrid/dev-issuer'

export const APP = 'http://localhost:4040'
/** The origin of a page in an app of a phone. */
export const PHONE_APP = 'capacitor://localhost'
export const CALLBACK = `${APP}/callback`
export const API = 'https://api.example.com'
/** Where it is, beside what it is called. */
export const API_ADDRESS = 'http://localhost:6060'
export const CLIENT_ID = 'an-app'

export const ISSUER_OPTIONS: DevIssuerOptions = {
  port: 0,
  audience: API,
  resources: [API_ADDRESS],
  permissions: ['read:admin-messages'],
  allowedOrigins: [APP, PHONE_APP],
  onError: () => undefined,
}

/** A local issuer on a free port. `errors` is what it complained about. */
export async function startTestIssuer(options: Partial<DevIssuerOptions> = {}) {
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  return { ...(await startDevIssuer({ ...ISSUER_OPTIONS, onError, ...options })), errors }
}

/** Keeps cookies and follows nothing, so that a test sees every step. */
export function createBrowser(issuer: string) {
  const cookies = new Map<string, string>()
  const visit = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html', cookie }
    const response = await fetch(new URL(url, issuer), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return {
    cookies,
    get: (url: string | URL) => visit(url),
    post: (url: string | URL, form: Record<string, string>) =>
      visit(url, { method: 'POST', body: new URLSearchParams(form) }),
  }
}

export type Browser = ReturnType<typeof createBrowser>

export const locationOf = (response: Response) => response.headers.get('location') ?? ''

export function createPkce() {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export type Params = Record<string, string | undefined>

const withoutUndefined = (params: Params) =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >

/** An authorization request as the Auth0 SDKs make it; `undefined` takes a parameter away. */
export function authorizePath(params: Params = {}): string {
  const request = {
    client_id: CLIENT_ID,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    audience: API,
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: createPkce().challenge,
    code_challenge_method: 'S256',
    ...params,
  }
  return `authorize?${new URLSearchParams(withoutUndefined(request)).toString()}`
}

/** Presses a button of the page at `url`, by what is written on it. @returns what that leads to */
export async function press(browser: Browser, url: string, label: string): Promise<Response> {
  const html = await (await browser.get(url)).text()
  const buttons = [
    ...html.matchAll(/<button [^>]*name="(\w+)" value="(\w*)"[^>]*>(.*?)<\/button>/gs),
  ]
  const [, name, value] = buttons.find(([, , , text]) => text?.includes(label)) ?? []
  if (name === undefined || value === undefined) throw new Error(`no button ${label} in ${html}`)
  return browser.post(url, { [name]: value })
}

/** Signs in on the page. @returns the address at which the app is answered */
export async function signIn(browser: Browser, name: string, params: Params = {}): Promise<URL> {
  const page = locationOf(await browser.get(authorizePath(params)))
  const resume = await press(browser, page, name)
  return new URL(locationOf(await browser.get(locationOf(resume))))
}

export interface Tokens {
  readonly access_token: string
  readonly id_token: string
  readonly refresh_token: string
  readonly token_type: string
  readonly scope: string
  readonly error: string
  readonly error_description: string
}

/** A request to the token endpoint. */
export async function requestTokens(
  issuer: string,
  form: Params,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Tokens; headers: Headers }> {
  const body = new URLSearchParams(withoutUndefined({ client_id: CLIENT_ID, ...form }))
  const response = await fetch(`${issuer}oauth/token`, { method: 'POST', body, headers })
  return {
    status: response.status,
    body: (await response.json()) as Tokens,
    headers: response.headers,
  }
}

/** The whole flow, from the authorization request to the tokens. */
export async function tokensOf(
  issuer: string,
  name: string,
  options: { params?: Params; headers?: Record<string, string>; browser?: Browser } = {},
): Promise<Tokens> {
  const { verifier, challenge } = createPkce()
  const browser = options.browser ?? createBrowser(issuer)
  const callback = await signIn(browser, name, { ...options.params, code_challenge: challenge })
  const code = callback.searchParams.get('code') ?? undefined
  const { body } = await requestTokens(issuer, exchange({ code, verifier }), options.headers)
  return body
}

/** The form that exchanges a code. */
export const exchange = ({ code, verifier }: { code?: string | undefined; verifier?: string }) => ({
  grant_type: 'authorization_code',
  redirect_uri: CALLBACK,
  code,
  code_verifier: verifier,
})
