import type {
  OpenApiDocument,
  OpenApiOperation,
  OpenApiPathItem,
  SecurityScheme,
} from './document.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { isGuarded, type Guarded } from '../procedures/guard.ts'
import { statusText } from '../errors/status-text.ts'
import { errorResponse, type ErrorResponse } from './components.ts'

/** What guards that name no scheme are. */
export const DEFAULT_SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An access token (RFC 6750).' },
}

/** How the refusals of a procedure's guards are described. */
export interface GuardAnswers {
  /** Those for their reasons alone, by status: 401, 403, 503. */
  readonly responses: Readonly<Record<number, object>>
  /** Where malformed credentials are a 400 besides. */
  readonly malformed?: Pick<ErrorResponse, 'headers'> & { readonly message: string }
}

export type DescribeGuard = (guard: Guarded) => GuardAnswers

/** For guards of which nothing more is known. */
export const describeGuard: DescribeGuard = ({ permissions }) => ({
  responses: {
    401: errorResponse({
      description: 'There are no credentials, or they are not valid.',
      messages: { default: statusText(401) },
    }),
    403: errorResponse({
      description: `The credentials are valid and do not ${permissions.length > 0 ? `hold ${list(permissions)}` : 'suffice'}.`,
      messages: { default: statusText(403) },
    }),
  },
})

/**
 * Each scheme with those that may stand in for it. The permissions are not listed here, because they are not
 * scopes. Spectral takes roles of `bearer`, which OpenAPI 3.1 allows, for undeclared scopes.
 */
export function describeSecurity(
  guard: Guarded,
  alternatives: Readonly<Record<string, readonly string[]>>,
): OpenApiOperation['security'] {
  const { schemes, security = [{}] } = guard
  if (schemes.length === 0) return guard.security ?? []
  const choices = schemes.map((scheme) => alternatives[scheme] ?? [scheme])
  return choices.reduce<OpenApiOperation['security']>(
    (all, names) => all.flatMap((one) => names.map((name) => ({ ...one, [name]: [] }))),
    security.length > 0 ? security : [{}],
  )
}

/** What is known of sign-in: it may be found later than all else that a document says. */
export interface Schemes {
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
  /** Those that may stand in for the one named: `{ bearer: ['bearer', 'oauth2'] }`. */
  readonly alternatives: Readonly<Record<string, readonly string[]>>
}

/**
 * The same document with other schemes: as if it had been made with these.
 *
 * @param operations those that it describes
 */
export function withSchemes(
  document: OpenApiDocument,
  operations: readonly RestOperation[],
  { securitySchemes, alternatives }: Schemes,
): OpenApiDocument {
  const paths: Record<string, OpenApiPathItem> = { ...document.paths }
  for (const { template, method, guard } of operations) {
    const item = paths[template.path]
    const name = method.toLowerCase()
    const operation = item?.[name]
    if (!operation || guard.schemes.length === 0) continue
    const security = describeSecurity(guard, alternatives)
    paths[template.path] = { ...item, [name]: { ...operation, security } }
  }
  return { ...document, paths, components: { ...document.components, securitySchemes } }
}

/** What a person needs for it, in Markdown. */
export function explainGuard(guard: Guarded): string {
  const { schemes, permissions } = guard
  if (schemes.length === 0) return explainSecurity(guard)
  const others = schemes.filter((scheme) => scheme !== 'bearer')
  const credentials = [
    ...(others.length < schemes.length ? ['a valid access token'] : []),
    ...(others.length > 0 ? [`valid credentials (${list(others)})`] : []),
  ].join(' and ')
  if (permissions.length === 0) return `Needs ${credentials}.`
  const noun = permissions.length === 1 ? 'the permission' : 'the permissions'
  return `Needs ${credentials} with ${noun} ${list(permissions)}: whoever signs in must have been granted it at the issuer.`
}

function explainSecurity(guard: Guarded): string {
  const { security = [] } = guard
  if (!isGuarded(guard)) return 'Needs no access token.'
  const ways = security
    .filter((one) => Object.keys(one).length > 0)
    .map((one) =>
      Object.keys(one)
        .map((name) => `\`${name}\``)
        .join(' and '),
    )
  const verb = ways.length < security.length ? 'Takes' : 'Needs'
  return `${verb} valid credentials (${ways.join(', or ')}).`
}

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')
