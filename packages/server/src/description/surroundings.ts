import { errorResponse, ref, type Surroundings } from 'trpc-hybrid/describe'
import { headerNamesOf, statusText } from 'trpc-hybrid/engine'
import { GUARD_RESPONSES } from './guard-answers.ts'

const RETRY_AFTER = {
  description: 'Seconds to wait before the next try.',
  schema: { type: 'integer', minimum: 0 },
  example: 5,
}

/** What this server does around every procedure, as the description says it. */
export const SURROUNDINGS: Surroundings = {
  headers: {
    'X-Request-Id': ref('headers', 'X-Request-Id'),
    RateLimit: ref('headers', 'RateLimit'),
    'RateLimit-Policy': ref('headers', 'RateLimit-Policy'),
  },
  responses: {
    429: ref('responses', 'TooManyRequests'),
    503: ref('responses', 'ServiceUnavailable'),
  },
  responsesOf: ({ method, meta }) => {
    const names = meta.responseHeaders ? headerNamesOf(meta.responseHeaders) : []
    const hasTag = names.some((name) => name.toLowerCase() === 'etag')
    return method === 'GET' && hasTag ? { 304: ref('responses', 'NotModified') } : {}
  },
  components: {
    headers: {
      'X-Request-Id': {
        description:
          'Names the request in the log of the server; one that the client sends is kept.',
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
        description:
          'How many requests are allowed in how many seconds (RateLimit fields, draft 8).',
        schema: { type: 'string' },
        example: '"client"; q=6000; w=60',
      },
    },
    responses: {
      ...GUARD_RESPONSES,
      NotModified: {
        description: 'The client has this version already: its `If-None-Match` names it.',
        headers: { ETag: { description: 'The version.', schema: { type: 'string' } } },
      },
      ServiceUnavailable: errorResponse({
        description:
          "The operation took too long, or the issuer's keys can't be fetched, so the token can't be verified now.",
        messages: { default: statusText(503) },
        headers: { 'Retry-After': RETRY_AFTER }, // an operation that took too long may do so again
      }),
      TooManyRequests: errorResponse({
        description: 'The client sent too many requests.',
        messages: { default: statusText(429) },
        headers: { 'Retry-After': ref('headers', 'Retry-After') },
      }),
    },
  },
}
