import type { OpenAPIObject } from 'trpc-openapi'
import { createRoutes } from 'trpc-hybrid/engine'
import { describeServer } from '../../src/description/describe-server.ts'
import type { SignIn } from '../../src/description/security-schemes.ts'
import type { ApiRouter } from '../../src/trpc.ts'
import { AUDIENCE } from './issuer.ts'

/** The OpenAPI document that a server with this router has. */
export function describeRouter(
  router: ApiRouter,
  signIn: SignIn = { issuer: undefined, audience: AUDIENCE },
): OpenAPIObject {
  return describeServer(createRoutes({ router }).operations, signIn) as unknown as OpenAPIObject
}
