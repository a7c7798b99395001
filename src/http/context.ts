import type { Request } from 'express'
import type { Logger } from 'pino'
import type { AccessToken } from '../auth/access-token.ts'
import type { Authenticate, Sender } from '../auth/authenticate.ts'
import { headerValues, schemeOf } from '../auth/authorization-header.ts'
import { formatChallenge } from '../auth/challenge.ts'
import { AuthError } from '../auth/errors.ts'
import type { Context } from '../trpc.ts'
import { baseUrlOf } from './base-url.ts'
import { RESOURCE_METADATA_PATH } from './resource-metadata.ts'

declare module 'express-serve-static-core' {
  interface Request {
    context?: RequestContext
    /** What procedures set; absent until one does. */
    replyHeaders?: Headers
    /** Whom the verified access token speaks for; absent until there is one. */
    subject?: string | undefined
    /** Why the request's credentials were refused; absent until they are. */
    refusal?: AuthError
  }
}

/** A request's context, and what is for those who come before its procedures. */
export interface RequestContext extends Context {
  /**
   * Whom the request is from, as `authenticate` says, but without using a DPoP proof up: for a look
   * that may end in a refusal.
   *
   * @throws {AuthError} as `authenticate` does
   */
  readonly identify: Context['authenticate']
}

/** What procedures are given of an Express request, whichever transport it came by: one per request. */
export type CreateContext = (req: Request) => RequestContext

export interface ContextOptions {
  readonly authenticate: Authenticate
  readonly publicUrl: string | undefined
  readonly logger: Logger
}

export function createContextFactory(options: ContextOptions): CreateContext {
  const { publicUrl, logger } = options
  return (req) =>
    (req.context ??= {
      ...authenticateOnce(req, options),
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

function authenticateOnce(
  req: Request,
  options: ContextOptions,
): Pick<RequestContext, 'identify' | 'authenticate'> {
  const verify = verifyOnce(req, options)
  let identified: Promise<AccessToken> | undefined
  let authenticated: Promise<AccessToken> | undefined

  const accept = (accessToken: AccessToken): AccessToken => {
    req.subject = accessToken.subject
    return accessToken
  }
  const refuse = (error: unknown): never => {
    if (error instanceof AuthError) req.refusal = error
    throw error as Error
  }
  return {
    identify() {
      const result = verify()
      if (!(result instanceof Promise)) return accept(result)
      return (identified ??= result.then(({ accessToken }) => accept(accessToken)).catch(refuse))
    },
    authenticate() {
      const result = verify()
      if (!(result instanceof Promise)) return accept(result)
      const use = async ({ accessToken, useProof }: Sender): Promise<AccessToken> => {
        await useProof?.()
        return accept(accessToken)
      }
      return (authenticated ??= result.then(use).catch(refuse))
    },
  }
}

/** A refusal is kept too: a DPoP proof, for one, is good only once. */
function verifyOnce(req: Request, options: ContextOptions): () => AccessToken | Promise<Sender> {
  const { method } = req // before anyone makes a GET of a HEAD
  const targetUri = () => `${baseUrlOf(req, options.publicUrl) ?? ''}${req.originalUrl}`
  let sender: AccessToken | Promise<Sender> | undefined
  return () => {
    if (req.refusal) throw req.refusal
    try {
      return (sender ??= options.authenticate({ rawHeaders: req.rawHeaders, method, targetUri }))
    } catch (error) {
      if (error instanceof AuthError) req.refusal = error
      throw error
    }
  }
}
