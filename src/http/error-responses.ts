import type { OpenAPIObject } from 'trpc-openapi'
import { AUTH_ERRORS } from '../auth/errors.ts'

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>

/** What an operation's chain asks of its caller decides which errors it can answer with. */
export interface ErrorSources {
  readonly input: boolean
  readonly token: boolean
  readonly permissions: readonly string[]
}

const JSON_TYPE = 'application/json'

export const ERROR_SCHEMAS: Schemas = {
  Error: {
    type: 'object',
    description: 'Why a request was refused',
    required: ['message'],
    additionalProperties: false,
    properties: { message: { type: 'string', description: 'A text to show to a person' } },
  },
  InvalidInput: {
    type: 'object',
    description: 'Which parts of the input do not fit',
    required: ['message'],
    additionalProperties: false,
    properties: {
      message: { type: 'string', description: 'A text to show to a person' },
      issues: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'message'],
          additionalProperties: false,
          properties: {
            path: {
              type: 'array',
              description: 'Where in the input, from its root',
              items: { type: ['string', 'integer'] },
            },
            message: { type: 'string', description: 'What would be right' },
          },
        },
      },
    },
  },
}

const CHALLENGE = {
  description: 'The challenge (RFC 6750 §3, RFC 9728 §5.1)',
  schema: { type: 'string' },
} as const

const RETRY_AFTER = {
  description: 'Seconds to wait before the next try',
  schema: { type: 'integer', minimum: 0 },
} as const

function errorResponse(description: string, message: string, headers: object = {}) {
  return {
    description,
    headers: { 'X-Request-Id': REQUEST_ID, ...headers },
    content: {
      [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Error' }, example: { message } },
    },
  }
}

/** The name of the request in the log, on every response. */
export const REQUEST_ID = {
  description: "The request's id; one sent by the client is kept",
  schema: { type: 'string' },
} as const

/** The error responses of an operation by status, as OpenAPI response objects. */
export function errorResponses({ input, token, permissions }: ErrorSources): object {
  const challenge = { 'WWW-Authenticate': CHALLENGE }
  const malformed = AUTH_ERRORS.invalid_request.message
  return {
    ...(token && { 400: errorResponse('A malformed Authorization header', malformed, challenge) }),
    ...(input && { 400: invalidInput(token) }),
    ...(token && {
      401: {
        ...errorResponse('No access token, or one that is not valid', '', challenge),
        content: {
          [JSON_TYPE]: {
            schema: { $ref: '#/components/schemas/Error' },
            examples: {
              missing: { value: { message: AUTH_ERRORS.missing_token.message } },
              invalid: { value: { message: AUTH_ERRORS.invalid_token.message } },
            },
          },
        },
      },
      503: errorResponse(
        "The issuer's keys cannot be fetched",
        AUTH_ERRORS.keys_unavailable.message,
        { 'Retry-After': RETRY_AFTER },
      ),
    }),
    ...(permissions.length > 0 && {
      403: errorResponse(
        `The access token lacks ${permissions.join(', ')}`,
        AUTH_ERRORS.insufficient_scope.message,
        challenge,
      ),
    }),
    429: errorResponse('Too many requests', 'Too Many Requests', { 'Retry-After': RETRY_AFTER }),
    500: errorResponse('A bug', 'Internal Server Error'),
  }
}

function invalidInput(token: boolean) {
  return {
    ...errorResponse(
      token
        ? 'An input that does not fit, or a malformed Authorization header'
        : 'An input that does not fit',
      '',
      token ? { 'WWW-Authenticate': CHALLENGE } : {},
    ),
    content: {
      [JSON_TYPE]: {
        schema: { $ref: '#/components/schemas/InvalidInput' },
        example: {
          message: 'Input validation failed',
          issues: [{ path: ['id'], message: 'Invalid input: expected string' }],
        },
      },
    },
  }
}
