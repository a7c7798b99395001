import { STATUS_CODES } from 'node:http'
import type { OpenAPIObject } from 'trpc-openapi'
import {
  AUTH_ERRORS,
  formatChallenge,
  invalidProof,
  invalidToken,
  MISSING_TOKEN,
  type AuthError,
  type Scheme,
} from '@trpc-hybrid/access-token/engine'

type Components = NonNullable<OpenAPIObject['components']>

export const JSON_TYPE = 'application/json'

/** Refers to a component of the same document. */
export const ref = (kind: 'schemas' | 'headers' | 'responses', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
})

/** A challenge as it is sent, for examples. It is made by the code that makes the real ones. */
export function exampleChallenge(error: AuthError, scheme?: Scheme): string {
  const resourceMetadataUrl = 'https://api.example.com/.well-known/oauth-protected-resource'
  return formatChallenge(error, { scheme, resourceMetadataUrl }) ?? ''
}

/** `WWW-Authenticate`, in every answer of a status or in some. */
export function challengeHeader(examples: Record<string, string>, required = true) {
  return {
    description: 'The challenge (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1).',
    required,
    schema: { type: 'string' as const },
    examples: Object.fromEntries(
      Object.entries(examples).map(([name, value]) => [name, { value }]),
    ),
  }
}

/** On every answer. */
export const COMMON_HEADERS = {
  'X-Request-Id': ref('headers', 'X-Request-Id'),
  RateLimit: ref('headers', 'RateLimit'),
  'RateLimit-Policy': ref('headers', 'RateLimit-Policy'),
}

const RETRY_AFTER = {
  description: 'Seconds to wait before the next try.',
  schema: { type: 'integer' as const, minimum: 0 },
  example: 5,
}

const headers: NonNullable<Components['headers']> = {
  'X-Request-Id': {
    description: 'Names the request in the log of the server; one that the client sends is kept.',
    required: true,
    schema: { type: 'string', minLength: 1, maxLength: 128 },
    example: '7d1cbf0a-6c6e-4b3d-9a3f-0f6f6a2c9f11',
  },
  RateLimit: {
    description:
      'How many requests are left, and the seconds until there are more (RateLimit fields, draft 8).',
    schema: { type: 'string' },
    example: '"client"; r=5999; t=30',
  },
  'RateLimit-Policy': {
    description: 'How many requests are allowed in how many seconds (RateLimit fields, draft 8).',
    schema: { type: 'string' },
    example: '"client"; q=6000; w=60',
  },
  'Retry-After': { ...RETRY_AFTER, required: true },
}

const message = { type: 'string', description: 'A text to show to a person.' } as const

const schemas: NonNullable<Components['schemas']> = {
  Refusal: {
    type: 'object',
    description: 'Why a request was refused.',
    required: ['message'],
    additionalProperties: false,
    properties: { message },
  },
  InvalidInput: {
    type: 'object',
    description:
      'Why a request was refused and, for an input that does not fit, where it does not.',
    required: ['message'],
    additionalProperties: false,
    properties: {
      message,
      issues: { type: 'array', items: ref('schemas', 'InputIssue') },
    },
  },
  InputIssue: {
    type: 'object',
    description: 'One part of an input that does not fit.',
    required: ['path', 'message'],
    additionalProperties: false,
    properties: {
      path: {
        type: 'array',
        description: 'Where it is in the input, from its root.',
        items: { type: ['string', 'integer'] },
      },
      message: { type: 'string', description: 'What would be right.' },
    },
  },
}

interface ErrorResponse {
  readonly description: string
  /** Messages by the name of their example. */
  readonly messages: Record<string, string>
  readonly headers?: object
}

/** An answer with the body `{ message }`. */
export function errorResponse({ description, messages, headers: own }: ErrorResponse) {
  return {
    description,
    headers: { ...COMMON_HEADERS, ...own },
    content: {
      [JSON_TYPE]: { schema: ref('schemas', 'Refusal'), ...messageExamples(messages) },
    },
  }
}

/** A single example has no name, because there is nothing to choose. */
function messageExamples(messages: Record<string, string>) {
  const examples = Object.entries(messages).map(
    ([name, message]) => [name, { value: { message } }] as const,
  )
  const [first] = examples
  return examples.length === 1 && first
    ? { example: first[1].value }
    : { examples: Object.fromEntries(examples) }
}

export const statusText = (status: number) => STATUS_CODES[status] ?? ''
const retryAfter = { 'Retry-After': ref('headers', 'Retry-After') }

/** The answers that are the same for every operation. */
const responses: NonNullable<Components['responses']> = {
  Unauthorized: errorResponse({
    description: 'There is no access token, or one that is not valid.',
    messages: {
      missing: AUTH_ERRORS.missing_token.message,
      invalid: AUTH_ERRORS.invalid_token.message,
    },
    headers: {
      'WWW-Authenticate': challengeHeader({
        missing: exampleChallenge(MISSING_TOKEN),
        invalid: exampleChallenge(invalidToken('expired'), 'Bearer'),
        proof: exampleChallenge(invalidProof('proof_time'), 'DPoP'),
      }),
    },
  }),
  RequestTimeout: errorResponse({
    description: 'The body did not come in time, or only a part of it.',
    messages: { default: statusText(408) },
  }),
  PayloadTooLarge: errorResponse({
    description: 'The body is too large.',
    messages: { default: statusText(413) },
  }),
  UnsupportedMediaType: errorResponse({
    description: 'The body is of a media type or character set that is not supported.',
    messages: { default: `${statusText(415)}: send ${JSON_TYPE}` },
  }),
  TooManyRequests: errorResponse({
    description: 'The client sent too many requests.',
    messages: { default: statusText(429) },
    headers: retryAfter,
  }),
  InternalServerError: errorResponse({
    description: 'The server has a bug. Its log has more, under the id of the request.',
    messages: { default: statusText(500) },
  }),
  ServiceUnavailable: errorResponse({
    description:
      "The operation took too long, or the issuer's keys can't be fetched, so the token can't be verified now.",
    messages: { default: AUTH_ERRORS.keys_unavailable.message },
    headers: { 'Retry-After': RETRY_AFTER }, // an operation that took too long may do so again
  }),
}

export const COMPONENTS = { schemas, headers, responses }
