import type { OpenAPIObject } from 'trpc-openapi'
import { atOnce } from 'trpc-hybrid/describe'
import { createRoutes } from 'trpc-hybrid/engine'
import { ABOUT } from './about.ts'
import { describeServer, withSignIn } from '../../src/description/describe-server.ts'
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
  const { operations } = createRoutes({ router })
  const early = { issuer: undefined, audience: AUDIENCE }
  const steps = describeServer(operations, { about: ABOUT, signIn: early, securitySchemes })
  return withSignIn(atOnce(steps), operations, {
    signIn,
    securitySchemes,
  }) as unknown as OpenAPIObject
}
