import type { AnyRouter } from '@trpc/server'
import type { RequestHandler } from 'express'
import type { About } from '../about.ts'
import { permissionsOf } from 'trpc-hybrid/engine'
import { basePathOf, baseUrlOf } from './base-url.ts'

export const RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource'

/**
 * The routes of the document. If this server's address has a path, RFC 9728 §3.1 puts the document at the root of
 * the host, with that path behind the well-known one: a proxy has to pass that on as it is. Challenges name the
 * document below the path, where every proxy passes it on that removes the path.
 *
 * @param resourcePath of a resource that has a document of its own, such as `/mcp`
 */
export function resourceMetadataRoutes(
  publicUrl: string | undefined,
  resourcePath = '',
): readonly string[] {
  const path = basePathOf(publicUrl).replaceAll(SYNTAX_OF_ROUTES, String.raw`\$&`)
  const routes = [RESOURCE_METADATA_PATH, RESOURCE_METADATA_PATH + path]
  return [...new Set(routes)].map((route) => route + resourcePath)
}

/** Characters that are more than text in a path of Express. */
const SYNTAX_OF_ROUTES = /[{}()[\]+?!:*\\]/g

/**
 * Serves the protected resource metadata (RFC 9728 §3.2), with which a client that got a challenge finds
 * the issuer. `resource` is this server's own address, as RFC 9728 §3.3 requires, with the resource's path.
 */
export function createResourceMetadataHandler(options: {
  readonly router: AnyRouter
  readonly about: About
  readonly issuer: () => string | undefined
  readonly publicUrl: string | undefined
  /** Below this server's address; none where it is all of it. */
  readonly resourcePath?: string
}): RequestHandler {
  const { resourcePath = '' } = options
  const scopes = permissionsOf(options.router)
  return (req, res) => {
    const issuer = options.issuer()
    const address = baseUrlOf(req, options.publicUrl)
    res.json({
      resource: address && `${address}${resourcePath}`,
      authorization_servers: issuer !== undefined && URL.canParse(issuer) ? [issuer] : [],
      scopes_supported: scopes,
      bearer_methods_supported: ['header'],
      resource_name: options.about.title,
    })
  }
}
