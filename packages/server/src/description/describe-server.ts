import {
  describeApi,
  withSchemes,
  type OpenApiDocument,
  type OpenApiInfo,
  type SecurityScheme,
} from 'trpc-hybrid/describe'
import type { RestOperation } from 'trpc-hybrid/engine'
import type { About } from '../about.ts'
import { describeGuard } from './guard-answers.ts'
import { describeSecuritySchemes, type SignIn } from './security-schemes.ts'
import { SURROUNDINGS } from './surroundings.ts'

export interface ServerDescription {
  /** As far as it is known. */
  readonly signIn: SignIn
  /** The app's own, by the names that its guards give. */
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
}

/**
 * The OpenAPI 3.1 document of the server. It is made in steps, since of many procedures it takes long.
 *
 * @throws {RouterError} where a procedure can't be described
 */
export const describeServer = (
  operations: readonly RestOperation[],
  { about, ...known }: ServerDescription & { readonly about: About },
): Generator<undefined, OpenApiDocument> =>
  describeApi(operations, {
    info: infoOf(about),
    ...schemesOf(known),
    describeGuard,
    surroundings: SURROUNDINGS,
  })

/** The same document with what is known of sign-in by now. */
export const withSignIn = (
  document: OpenApiDocument,
  operations: readonly RestOperation[],
  known: ServerDescription,
): OpenApiDocument => withSchemes(document, operations, schemesOf(known))

function schemesOf({ signIn, securitySchemes }: ServerDescription) {
  const ofTokens = describeSecuritySchemes(signIn)
  return {
    securitySchemes: { ...ofTokens, ...securitySchemes },
    alternatives: { bearer: Object.keys(ofTokens) },
  }
}

const infoOf = ({ title, version, summary }: About): OpenApiInfo => ({
  title,
  version,
  ...(summary !== undefined && { description: summary }),
  contact: { name: title },
  license: { name: 'MIT', identifier: 'MIT' },
})
