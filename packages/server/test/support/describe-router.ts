import type { OpenAPIObject } from 'trpc-openapi'
import { createRoutes } from 'trpc-hybrid/engine'
import { ABOUT } from './about.ts'
import { describeServer } from '../../src/description/describe-server.ts'
import type { SecuritySchemes } from '../../src/define-api.ts'
import type { SignIn } from '../../src/description/security-schemes.ts'
import type { AnyRouter } from '@trpc/server'
import { AUDIENCE } from './issuer.ts'

/** The OpenAPI document that a server with this router has. */
export function describeRouter(
  router: AnyRouter,
  {
    signIn = { issuer: undefined, audience: AUDIENCE },
    securitySchemes = {},
  }: { readonly signIn?: SignIn; readonly securitySchemes?: SecuritySchemes | undefined } = {},
): OpenAPIObject {
  return describeServer(createRoutes({ router }).operations, {
    about: ABOUT,
    signIn,
    securitySchemes,
  }) as unknown as OpenAPIObject
}
