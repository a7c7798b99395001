import type { OpenAPIObject } from 'trpc-openapi'
import { AUTH_ERRORS, insufficientScope, invalidRequest } from '@trpc-hybrid/access-token/engine'
import {
  challengeHeader,
  COMMON_HEADERS,
  errorResponse,
  exampleChallenge,
  JSON_TYPE,
  ref,
  statusText,
} from './components.ts'
import type { Guard } from './security.ts'

type Operation = NonNullable<NonNullable<OpenAPIObject['paths']>[string]['get']>
type Responses = NonNullable<Operation['responses']>

/** What decides which answers an operation can give. */
export interface AnswerSources extends Guard {
  readonly status: number
  /** Whether a success has no body. */
  readonly empty: boolean
  readonly input: boolean
  readonly body: boolean
  /** Errors of the procedure's own, by status, with the message of each. */
  readonly errors: Readonly<Record<number, string>>
}

/**
 * Every answer of an operation by its status.
 *
 * @param success as trpc-openapi describes it
 */
export function describeResponses(success: unknown, sources: AnswerSources): Responses {
  const { status, empty, input, token, permissions, body, errors } = sources
  return {
    ...ownErrors(errors),
    [status]: describeSuccess(success as SuccessResponse, empty),
    400: badRequest({ input, token }),
    ...(token && { 401: common('Unauthorized') }),
    ...(permissions.length > 0 && { 403: forbidden(permissions) }),
    ...(body && { 408: common('RequestTimeout') }),
    413: common('PayloadTooLarge'),
    ...(body && { 415: common('UnsupportedMediaType') }),
    429: common('TooManyRequests'),
    500: common('InternalServerError'),
    503: common('ServiceUnavailable'),
  }
}

function ownErrors(errors: AnswerSources['errors']): Responses {
  return Object.fromEntries(
    Object.entries(errors).map(([status, message]) => [
      status,
      errorResponse({ description: `${message}.`, messages: { default: message } }),
    ]),
  )
}

const common = (name: string) => ref('responses', name)

interface SuccessResponse {
  readonly description: string
  readonly headers?: Record<string, object>
  readonly content: Record<string, { schema: { examples?: unknown[] } }>
}

function describeSuccess({ description, headers, content }: SuccessResponse, empty: boolean) {
  return {
    description,
    headers: { ...COMMON_HEADERS, ...headers },
    ...(!empty && { content: withExample(content) }),
  }
}

/** The example of the output's schema becomes the example of the answer, where every tool looks for it. */
function withExample(content: SuccessResponse['content']): Record<string, object> {
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema }]) => {
      const { examples, ...rest } = schema
      return [type, { schema: rest, ...(examples && { example: examples[0] }) }]
    }),
  )
}

/** Optional: malformed input is a 400 too, and has no challenge. */
const MALFORMED_CHALLENGE = challengeHeader(
  { authorization: exampleChallenge(invalidRequest(), 'Bearer') },
  false,
)

/** The only status that has more than one cause in one operation. */
function badRequest({ input, token }: { input: boolean; token: boolean }) {
  const malformed = errorResponse({
    description: token
      ? 'The request or its `Authorization` header is malformed.'
      : 'The request is malformed.',
    messages: {
      request: statusText(400),
      ...(token && { authorization: AUTH_ERRORS.invalid_request.message }),
    },
    ...(token && { headers: { 'WWW-Authenticate': MALFORMED_CHALLENGE } }),
  })
  if (!input) return malformed
  const { example, examples = { request: { value: example } } } = malformed.content[JSON_TYPE]
  return {
    ...malformed,
    description: `${malformed.description} Or the input does not fit: \`issues\` tells where.`,
    content: {
      [JSON_TYPE]: {
        schema: ref('schemas', 'InvalidInput'),
        examples: { ...examples, input: { value: INVALID_INPUT } },
      },
    },
  }
}

const INVALID_INPUT = {
  message: 'Input validation failed',
  issues: [{ path: ['id'], message: 'Invalid input: expected string, received undefined' }],
}

function forbidden(permissions: readonly string[]) {
  const names = permissions.map((name) => `\`${name}\``).join(', ')
  return errorResponse({
    description: `The access token is valid and does not hold ${names}.`,
    messages: { default: AUTH_ERRORS.insufficient_scope.message },
    headers: {
      'WWW-Authenticate': challengeHeader({
        default: exampleChallenge(insufficientScope(permissions), 'Bearer'),
      }),
    },
  })
}
