import {
  describeApi,
  type OpenApiDocument,
  type OpenApiInfo,
  type SecurityScheme,
} from 'trpc-hybrid/describe'
import type { RestOperation } from 'trpc-hybrid/engine'
import type { About } from '../about.ts'
import { describeGuard } from './guard-answers.ts'
import { describeSecuritySchemes, type SignIn } from './security-schemes.ts'
import { SURROUNDINGS } from './surroundings.ts'

/**
 * The OpenAPI 3.1 document of the server.
 *
 * @throws {RouterError} where a procedure can't be described
 */
export function describeServer(
  operations: readonly RestOperation[],
  {
    about,
    signIn,
    securitySchemes: own = {},
  }: {
    readonly about: About
    readonly signIn: SignIn
    /** The app's own. */
    readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>
  },
): OpenApiDocument {
  const ofTokens = describeSecuritySchemes(signIn)
  return describeApi(operations, {
    info: infoOf(about),
    securitySchemes: { ...ofTokens, ...own },
    alternatives: { bearer: Object.keys(ofTokens) },
    describeGuard,
    surroundings: SURROUNDINGS,
  })
}

const infoOf = ({ title, version, summary }: About): OpenApiInfo => ({
  title,
  version,
  ...(summary !== undefined && { description: summary }),
  contact: { name: title },
  license: { name: 'MIT', identifier: 'MIT' },
})
