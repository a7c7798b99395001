import { statusText } from '../errors/status-text.ts'

export const JSON_TYPE = 'application/json'

/** Refers to a component of the same document. */
export const ref = (kind: 'schemas' | 'headers' | 'responses', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
})

const message = { type: 'string', description: 'A text to show to a person.' } as const

const schemas = {
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

export interface ErrorResponse {
  readonly description: string
  /** Messages by the name of their example. */
  readonly messages: Record<string, string>
  readonly headers?: object
}

/** An answer with the body `{ message }`. */
export function errorResponse({ description, messages, headers: own }: ErrorResponse) {
  return {
    description,
    ...(own && { headers: own }),
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

/** The answers that are the same for every operation. */
const responses = {
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
  InternalServerError: errorResponse({
    description: 'The server has a bug. Its log has more, under the id of the request.',
    messages: { default: statusText(500) },
  }),
}

const headers = {
  'Retry-After': {
    description: 'Seconds to wait before the next try.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
    example: 5,
  },
}

export const COMPONENTS = { schemas, headers, responses }
