import {
  discardAnswer,
  isAtOrBelow,
  isStream,
  normalizePath,
  sendAnswer,
  setHead,
  type Answer,
  type Route,
  type Routes,
} from 'trpc-hybrid/engine'
import type { End } from './end-together.ts'
import { createStatusCheck } from './chosen-status.ts'
import type { CreateContext } from './context.ts'
import { hasAlready, NOT_MODIFIED } from './not-modified.ts'
import { sendKeptHeaders } from './reply-headers.ts'
import type { Exchange, Next, Step } from './exchange.ts'
import { compose } from './steps.ts'
import { CLIENT_CLOSED_REQUEST } from './when-over.ts'

type Face = 'rest' | 'rpc' | 'mcp'

export interface ServeOptions {
  readonly routes: Routes
  readonly rpcPath: string
  /** `undefined` where there are no tools. */
  readonly mcpPath: string | undefined
  /** Whether a method that no procedure has at its path goes on, since another route may have it. */
  readonly passOnMethods: boolean
  /** Paths of the server itself, which a template may match too. */
  readonly ownPaths: readonly string[]
  /** What a request goes through first. */
  readonly before: Readonly<Record<Face, readonly Step[]>>
  readonly createContext: CreateContext
  readonly end: End
}

/**
 * Serves every procedure over REST and RPC, and as a tool, behind the handlers given. What goes wrong in these is answered as on
 * the face that was asked.
 */
export function serveProcedures(options: ServeOptions): Step {
  const { routes, ownPaths, rpcPath, mcpPath, passOnMethods, before, createContext, end } = options
  const maySucceedWith = createStatusCheck(routes.operations)
  const isOwn = (path: string) => ownPaths.some((own) => isAtOrBelow(path, own))
  const steps = { rest: compose(before.rest), rpc: compose(before.rpc), mcp: compose(before.mcp) }

  function send({ res, hungUp }: Exchange, answer: Answer): void {
    if (res.headersSent) return
    if (hungUp) {
      res.status(CLIENT_CLOSED_REQUEST).end()
      return
    }
    const { body } = answer
    if (isStream(body) || body instanceof Uint8Array) {
      sendAnswer(res, answer)
      return
    }
    setHead(res, answer)
    end(res, body)
  }

  function withChosenStatus(exchange: Exchange, answer: Answer): Answer {
    const { replyStatus: status } = exchange
    if (status === undefined || answer.status >= 400 || status === answer.status) return answer
    if (maySucceedWith(status, exchange)) return { ...answer, status }
    discardAnswer(answer)
    throw new TypeError(`The status ${status} is not among the successStatuses of the procedure`)
  }

  function refuse(route: Route, exchange: Exchange, error: unknown): void {
    try {
      send(exchange, route.refuse(error, exchange, createContext(exchange)))
    } catch (cause) {
      const bug = new Error('An error could not be answered', { cause })
      send(exchange, routes.refuse(bug, exchange))
    }
  }

  async function serve(route: Route, exchange: Exchange, face: Face): Promise<void> {
    try {
      const made = await route.serve(exchange, createContext(exchange))
      const { replyHeaders, res } = exchange
      const answer = face === 'rest' ? withChosenStatus(exchange, made) : made
      if (face !== 'rest' || answer.status >= 400 || !replyHeaders) {
        send(exchange, answer)
        return
      }
      sendKeptHeaders(res, replyHeaders)
      if (hasAlready(exchange, answer, replyHeaders)) {
        discardAnswer(answer)
        send(exchange, NOT_MODIFIED)
      } else send(exchange, answer)
    } catch (error) {
      refuse(route, exchange, error)
    }
  }

  return (exchange, next) => {
    const { method, path } = exchange
    const face = isAtOrBelow(path, rpcPath) ? 'rpc' : path === mcpPath ? 'mcp' : 'rest'
    const isElsewhere = face === 'rest' && isOwn(normalizePath(path))
    const route = isElsewhere ? undefined : routes.find(method, path)
    if (!route || (passOnMethods && route.allow && face === 'rest')) {
      next()
      return
    }
    exchange.route = route.template
    const proceed: Next = (error) => {
      if (error === undefined) void serve(route, exchange, face)
      else refuse(route, exchange, error)
    }
    void steps[face](exchange, proceed)
  }
}
