import {
  type Scheme,
  formatChallenge,
  AUTH_ERRORS,
  insufficientScope,
  invalidProof,
  invalidRequest,
  invalidToken,
  MISSING_TOKEN,
  type AuthError,
} from '@trpc-hybrid/access-token/engine'
import { statusText } from 'trpc-hybrid/engine'
import {
  describeGuard as describeOtherGuard,
  errorResponse,
  ref,
  type DescribeGuard,
} from 'trpc-hybrid/describe'

/** How refusals of access tokens are described, with the challenges that are really sent. */
export const describeGuard: DescribeGuard = (guard) => {
  if (!guard.schemes.includes('bearer')) {
    const { responses } = describeOtherGuard(guard)
    const headers = { 'WWW-Authenticate': OWN_CHALLENGE }
    return { responses: { ...responses, 401: { ...responses[401], headers } } }
  }
  const { permissions, schemes } = guard
  const isMixed = schemes.some((scheme) => scheme !== 'bearer')
  return {
    responses: {
      401: isMixed ? UNAUTHORIZED_EITHER : ref('responses', 'Unauthorized'),
      ...(isMixed
        ? { 403: describeOtherGuard(guard).responses[403] ?? {} }
        : permissions.length > 0 && { 403: forbidden(permissions) }),
    },
    malformed: {
      message: AUTH_ERRORS.invalid_request.message,
      headers: { 'WWW-Authenticate': MALFORMED_CHALLENGE },
    },
  }
}

/** A challenge as it is sent, for examples. It is made by the code that makes the real ones. */
function exampleChallenge(error: AuthError, scheme?: Scheme): string {
  const resourceMetadataUrl = 'https://api.example.com/.well-known/oauth-protected-resource'
  return formatChallenge(error, { scheme, resourceMetadataUrl }) ?? ''
}

/** `WWW-Authenticate`, in every answer of a status or in some. */
function challengeHeader(examples: Record<string, string>, required = true) {
  return {
    description: 'The challenge (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1).',
    required,
    schema: { type: 'string' as const },
    examples: Object.fromEntries(
      Object.entries(examples).map(([name, value]) => [name, { value }]),
    ),
  }
}

/** Optional: malformed input is a 400 too, and has no challenge. */
const MALFORMED_CHALLENGE = challengeHeader(
  { authorization: exampleChallenge(invalidRequest(), 'Bearer') },
  false,
)

/** Of a scheme of the app's own. */
const OWN_CHALLENGE = {
  description: 'The challenge of the scheme, where it has one (RFC 9110 §11.6.1).',
  schema: { type: 'string' as const },
}

function forbidden(permissions: readonly string[]) {
  const names = permissions.map((name) => `\`${name}\``).join(', ')
  return errorResponse({
    description: `The access token is valid and does not hold ${names}.`,
    messages: { default: AUTH_ERRORS.insufficient_scope.message },
    headers: {
      'WWW-Authenticate': challengeHeader(
        { default: exampleChallenge(insufficientScope(permissions), 'Bearer') },
        false, // a procedure may refuse for a reason of its own, to which no token is an answer
      ),
    },
  })
}

const TOKEN_CHALLENGES = {
  missing: exampleChallenge(MISSING_TOKEN),
  invalid: exampleChallenge(invalidToken('expired'), 'Bearer'),
  proof: exampleChallenge(invalidProof('proof_time'), 'DPoP'),
}

/** Of a token, or of credentials of the app's own, which have no challenge. */
const UNAUTHORIZED_EITHER = errorResponse({
  description: 'Credentials are missing, or not valid.',
  messages: {
    missing: AUTH_ERRORS.missing_token.message,
    invalid: AUTH_ERRORS.invalid_token.message,
    other: statusText(401),
  },
  headers: { 'WWW-Authenticate': challengeHeader(TOKEN_CHALLENGES, false) },
})

/** The refusals that are the same for every guarded operation. */
export const GUARD_RESPONSES = {
  Unauthorized: errorResponse({
    description: 'There is no access token, or one that is not valid.',
    messages: {
      missing: AUTH_ERRORS.missing_token.message,
      invalid: AUTH_ERRORS.invalid_token.message,
    },
    headers: {
      'WWW-Authenticate': challengeHeader(TOKEN_CHALLENGES),
    },
  }),
}
