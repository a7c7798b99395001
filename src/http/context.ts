import type { Request } from 'express'
import type { Logger } from 'pino'
import type { AccessToken } from '../auth/access-token.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { headerValues, schemeOf } from '../auth/authorization-header.ts'
import { formatChallenge } from '../auth/challenge.ts'
import { AuthError } from '../auth/errors.ts'
import type { Context } from '../trpc.ts'
import { baseUrlOf } from './base-url.ts'
import { RESOURCE_METADATA_PATH } from './resource-metadata.ts'

declare module 'express-serve-static-core' {
  interface Request {
    context?: Context
    /** What procedures set; absent until one does. */
    replyHeaders?: Headers
    /** Whom the verified access token speaks for; absent until there is one. */
    subject?: string | undefined
    /** Why the request's credentials were refused; absent until they are. */
    refusal?: AuthError
  }
}

/** What procedures are given of an Express request, whichever transport it came by: one per request. */
export type CreateContext = (req: Request) => Context

export interface ContextOptions {
  readonly authenticate: Authenticate
  readonly publicUrl: string | undefined
  readonly logger: Logger
}

export function createContextFactory(options: ContextOptions): CreateContext {
  const { publicUrl, logger } = options
  return (req) =>
    (req.context ??= {
      authenticate: authenticateOnce(req, options),
      challenge: (error) =>
        formatChallenge(error, {
          scheme: schemeOf(headerValues(req.rawHeaders, 'authorization')[0]),
          resourceMetadataUrl: `${baseUrlOf(req, publicUrl) ?? ''}${RESOURCE_METADATA_PATH}`,
        }),
      setHeader: (name, value) => {
        req.replyHeaders ??= new Headers()
        req.replyHeaders.set(name, value)
      },
      log: () => logger.child({ requestId: req.id }),
    })
}

/** A refusal is kept too: a DPoP proof, for one, is good only once. */
function authenticateOnce(req: Request, options: ContextOptions): Context['authenticate'] {
  const { method } = req // before anyone makes a GET of a HEAD
  let token: AccessToken | Promise<AccessToken> | undefined

  const accept = (accessToken: AccessToken): AccessToken => {
    req.subject = accessToken.subject
    return accessToken
  }
  const refuse = (error: unknown): never => {
    if (error instanceof AuthError) req.refusal = error
    throw error as Error
  }
  const authenticate = (): AccessToken | Promise<AccessToken> => {
    const targetUri = () => `${baseUrlOf(req, options.publicUrl) ?? ''}${req.originalUrl}`
    const result = options.authenticate({ rawHeaders: req.rawHeaders, method, targetUri })
    return result instanceof Promise ? result.then(accept, refuse) : accept(result)
  }

  return () => {
    if (req.refusal) throw req.refusal
    try {
      return (token ??= authenticate())
    } catch (error) {
      return refuse(error)
    }
  }
}
