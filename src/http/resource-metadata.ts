import type { RequestHandler } from 'express'
import { ABOUT } from '../about.ts'
import { permissionsOf } from '../../packages/trpc-hybrid/src/procedures/guard.ts'
import type { ApiRouter } from '../trpc.ts'
import { baseUrlOf } from './base-url.ts'

export const RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource'

/**
 * Serves the protected resource metadata (RFC 9728 §3.2), with which a client that got a challenge finds
 * the issuer. `resource` is this server's own address, as RFC 9728 §3.3 requires.
 */
export function createResourceMetadataHandler(options: {
  readonly router: ApiRouter
  readonly issuer: () => string | undefined
  readonly publicUrl: string | undefined
}): RequestHandler {
  const scopes = permissionsOf(options.router)
  return (req, res) => {
    const issuer = options.issuer()
    res.json({
      resource: baseUrlOf(req, options.publicUrl),
      authorization_servers: issuer !== undefined && URL.canParse(issuer) ? [issuer] : [],
      scopes_supported: scopes,
      bearer_methods_supported: ['header'],
      resource_name: ABOUT.title,
    })
  }
}
