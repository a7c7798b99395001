import type { Request } from 'express'
import type { AccessToken } from '../auth/access-token.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { headerValues, schemeOf } from '../auth/authorization-header.ts'
import { formatChallenge } from '../auth/challenge.ts'
import type { Context } from '../trpc.ts'
import { baseUrlOf } from './base-url.ts'
import { RESOURCE_METADATA_PATH } from './resource-metadata.ts'

/** What procedures are given of an Express request, whichever transport it came by. */
export type CreateContext = (req: Request) => Context

export function createContextFactory(options: {
  readonly authenticate: Authenticate
  readonly publicUrl: string | undefined
}): CreateContext {
  const { authenticate, publicUrl } = options
  return (req) => {
    const { method } = req
    let token: AccessToken | Promise<AccessToken> | undefined
    return {
      authenticate: () =>
        (token ??= authenticate({
          rawHeaders: req.rawHeaders,
          method,
          targetUri: () => `${baseUrlOf(req, publicUrl) ?? ''}${req.originalUrl}`,
        })),
      challenge: (error) =>
        formatChallenge(error, {
          scheme: schemeOf(headerValues(req.rawHeaders, 'authorization')[0]),
          resourceMetadataUrl: `${baseUrlOf(req, publicUrl) ?? ''}${RESOURCE_METADATA_PATH}`,
        }),
    }
  }
}
