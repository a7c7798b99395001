import type { AccessToken, AuthError } from '@trpc-hybrid/access-token/engine'
import type { HybridMeta, SuccessStatus } from 'trpc-hybrid/engine'

/** What every procedure is given. It is built per request, so it stays small. */
export interface ApiContext {
  /**
   * The access token of the request, where it was verified before and needs no proof. `undefined`: ask
   * `authenticate`.
   *
   * @throws {AuthError} when the request carries none, or one that can't be valid
   */
  readonly recall: () => AccessToken | undefined
  /**
   * The verified access token of the request. It is verified once per request, however many procedures of a
   * batch ask for it. Rejects with an `AuthError` when the request carries none, or one that is not valid.
   */
  readonly authenticate: () => Promise<AccessToken>
  /** The value of `WWW-Authenticate` that belongs to a refusal; `undefined` where none belongs. */
  readonly challenge: (error: AuthError) => string | undefined
  /**
   * Sets a header of a successful answer over REST, such as `Location`. `Vary`, `Link` and `Set-Cookie` are added to.
   * Over RPC it has no effect, because one response may carry the answers of many calls.
   *
   * @throws {TypeError} for what can't be sent, and for headers of framing and coding, such as `Content-Length`
   */
  readonly setHeader: (name: string, value: string) => void
  /**
   * Sets the status of a successful answer over REST: one that the procedure's meta has in `successStatus` or
   * `successStatuses`; any other is a bug, and a 500. Over RPC it has no effect.
   */
  readonly setStatus: (status: SuccessStatus) => void
  /**
   * A header of the request; several lines of it are one, as Node.js joins them. Of a batch over RPC all calls see
   * the same. `requireHeaders` checks, types and describes what a procedure needs.
   *
   * Always `undefined` for `Cookie`, `Authorization`, `Proxy-Authorization` and `DPoP`: credentials are for guards.
   * A procedure that believed a cookie would do what any page makes a browser ask for (CSRF), and clients that are no
   * browser send none.
   *
   * @param name in any case
   */
  readonly header: (name: string) => string | undefined
  /**
   * The IP address of the client, as far back as proxies are trusted (`TRUST_PROXY`), without port, brackets and
   * zone. `undefined` where its connection was reset before.
   */
  readonly address: () => string | undefined
  /** Names the request in the log and in `X-Request-Id`. */
  readonly requestId: string
  /** A log whose lines carry the request's id. It is created when it is first asked for. */
  readonly log: () => RequestLog
}

type WriteLine = (details: object, message: string) => void

/** What a procedure may write to the log. No token, and nothing that may hold a secret, belongs there. */
export type RequestLog = Readonly<Record<'debug' | 'info' | 'warn' | 'error', WriteLine>>

/** What `.meta()` of a procedure takes: its REST route, in `openapi`. */
export type ApiMeta = HybridMeta
