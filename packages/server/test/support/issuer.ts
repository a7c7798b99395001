import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose'
import { baseUrl, closeServer, listenOnLoopback } from './http.ts'
import { recordToken } from './leaks.ts'
import { makeKey, takeRsaKey } from './rsa-keys.ts'

export const AUDIENCE = 'https://api.example.com'
export const ADMIN_PERMISSION = 'read:admin-messages'

export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export async function createSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicJwk } = await (alg === 'RS256' ? takeRsaKey() : makeKey(alg))
  return { kid, alg, privateKey, publicJwk: { ...publicJwk, kid, alg, use: 'sig' } }
}

export interface TokenOptions {
  /** Over the defaults; `undefined` takes a claim away. */
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: SigningKey
  /** What the token's times count from, in seconds. */
  readonly at?: number
}

/**
 * A real issuer over HTTP(S): discovery, keys, and any token one may want. What it answers can be
 * replaced, and every request to it is counted.
 */
export async function startIssuer(options: { tls?: ServerOptions; keys?: SigningKey[] } = {}) {
  const first = await createSigningKey('key-1')
  const issuer = {
    url: '',
    /** `iss` of its tokens. */
    issuer: '',
    keys: options.keys ?? [first],
    /** Paths that were asked for. */
    requests: [] as string[],
    /** Headers of the last request. */
    lastHeaders: {} as IncomingMessage['headers'],
    /** Answers in place of the issuer, until it is taken away. */
    answer: undefined as ((req: IncomingMessage, res: ServerResponse) => void) | undefined,
    mint,
    metadata: () => metadata(),
    jwks: () => ({ keys: issuer.keys.map(({ publicJwk }) => publicJwk) }),
    close: () => closeServer(server),
    /** Goes away; `revive` brings it back at the same address. */
    kill: () => closeServer(server),
    revive: () => listenOnLoopback(server, port),
  }

  const listener: RequestListener = (req, res) => {
    issuer.requests.push(req.url ?? '')
    issuer.lastHeaders = req.headers
    if (issuer.answer) issuer.answer(req, res)
    else if (req.url === '/.well-known/jwks.json') sendJson(res, issuer.jwks())
    else if (req.url === '/.well-known/openid-configuration') sendJson(res, metadata())
    else res.writeHead(404).end()
  }
  const metadata = () => ({
    issuer: issuer.issuer,
    jwks_uri: `${issuer.url}/.well-known/jwks.json`,
    authorization_endpoint: `${issuer.url}/authorize`,
    token_endpoint: `${issuer.url}/oauth/token`,
  })

  async function mint({ claims = {}, header = {}, key, at }: TokenOptions = {}): Promise<string> {
    const signer = key ?? issuer.keys[0] ?? first
    const now = at ?? Math.floor(Date.now() / 1000)
    const payload = {
      iss: issuer.issuer,
      sub: 'auth0|someone',
      aud: [AUDIENCE, `${issuer.issuer}userinfo`],
      iat: now,
      exp: now + 3600,
      scope: 'openid profile',
      ...claims,
    }
    return signToken(payload, { header: { typ: 'JWT', ...header }, key: signer })
  }

  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener)
  const port = await listenOnLoopback(server)
  issuer.url = baseUrl({ port, tls: options.tls !== undefined })
  issuer.issuer = `${issuer.url}/`
  return issuer
}

export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>

/** Signs any claims. `undefined` takes one away. */
export async function signToken(
  claims: Record<string, unknown>,
  { header, key }: { readonly header: Record<string, unknown>; readonly key: SigningKey },
): Promise<string> {
  const fullHeader = { alg: key.alg, kid: key.kid, ...header }
  const token = await new SignJWT(withoutUndefined(claims))
    .setProtectedHeader(withoutUndefined(fullHeader) as unknown as JWTHeaderParameters)
    .sign(key.privateKey)
  recordToken(token)
  return token
}

/** Claims of a token that may read the admin message. */
export const ADMIN = { permissions: [ADMIN_PERMISSION] }

export function sendJson(res: ServerResponse, body: unknown): void {
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
