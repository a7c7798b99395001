import { errorResponse, JSON_TYPE, ref } from './components.ts'
import { statusText } from '../errors/status-text.ts'
import { binary } from './multipart-encoding.ts'
import type { GuardAnswers } from './security.ts'
import type { Surroundings } from './description.ts'

type Responses = Readonly<Record<string, object>>

/** What decides which answers an operation can give. */
export interface AnswerSources {
  /** `undefined` where anyone may call. */
  readonly guard: GuardAnswers | undefined
  /** What these answers refer to. */
  readonly components: Surroundings['components']
  /** Those of every operation, by status. */
  readonly common: Readonly<Record<number, object>>
  readonly status: number
  /** Other statuses of a success, with what each says. */
  readonly others: Readonly<Record<number, string>>
  /** Whether a success has no body. */
  readonly empty: boolean
  /** The media type of a success that is a file. */
  readonly fileType: string | undefined
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
  const { status, input, guard, body, errors } = sources
  const described = describeSuccess(success as SuccessResponse, sources)
  const responses: Responses = {
    ...Object.fromEntries(
      Object.entries(sources.others).map(([other, description]) => [
        other,
        { ...described, description },
      ]),
    ),
    [status]: { ...described, description: sources.others[status] ?? described.description },
    400: badRequest({ input, malformed: guard?.malformed }),
    ...guard?.responses,
    ...(body && { 408: common('RequestTimeout') }),
    413: common('PayloadTooLarge'),
    ...(body && { 415: common('UnsupportedMediaType') }),
    ...sources.common,
    500: common('InternalServerError'),
  }
  const own = Object.entries(errors).map(([status, message]) => {
    const { [status]: other } = responses
    return [status, other ? orOwn(other, { message, ...sources }) : ownError(message)] as const
  })
  return { ...responses, ...Object.fromEntries(own) }
}

const ownError = (message: string) =>
  errorResponse({ description: `${message}.`, messages: { default: message } })

interface DescribedError {
  readonly description: string
  readonly headers?: Readonly<Record<string, object>>
  readonly content: Readonly<Record<string, Examples & { readonly schema: object }>>
}

interface Examples {
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, object>>
}

/** A status that has another reason too: the headers of that one don't always come. */
function orOwn(
  given: object,
  { message, components }: { readonly message: string } & Pick<AnswerSources, 'components'>,
): DescribedError {
  const { description, headers, content } = resolved(given, components) as DescribedError
  const { schema, example, examples = { default: { value: example } } } = content[JSON_TYPE] ?? NONE
  return {
    description: `${description} Or: ${message}.`,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, header]) => [
          name,
          { ...resolved(header, components), required: false },
        ]),
      ),
    }),
    content: {
      [JSON_TYPE]: { schema, examples: { ...examples, own: { value: { message } } } },
    },
  }
}

const NONE: DescribedError['content'][string] = { schema: ref('schemas', 'Refusal'), examples: {} }

/** What an answer or a header refers to, where it refers to a component. */
export function resolved(
  given: object & { readonly $ref?: string },
  components: Readonly<Record<string, Readonly<Record<string, object>> | undefined>>,
): object {
  const [kind = '', name = ''] = given.$ref?.split('/').slice(-2) ?? []
  return components[kind]?.[name] ?? given
}

const common = (name: string) => ref('responses', name)

interface SuccessResponse {
  readonly description: string
  readonly headers?: Record<string, object>
  readonly content: Record<string, { schema: { examples?: unknown[] } }>
}

function describeSuccess(
  { description, headers, content }: SuccessResponse,
  { empty, fileType }: AnswerSources,
) {
  return {
    description,
    ...(headers && { headers }),
    ...(!empty && { content: fileType === undefined ? withExample(content) : file(fileType) }),
  }
}

function file(mediaType: string) {
  const [type = ''] = mediaType.split(';', 1)
  return { [type]: { schema: type.startsWith('text/') ? { type: 'string' } : binary(type) } }
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

/** The only status that has more than one cause in one operation. */
function badRequest({
  input,
  malformed: credentials,
}: {
  readonly input: boolean
  readonly malformed: GuardAnswers['malformed']
}) {
  const malformed = errorResponse({
    description: credentials
      ? 'The request or its `Authorization` header is malformed.'
      : 'The request is malformed.',
    messages: {
      request: statusText(400),
      ...(credentials && { authorization: credentials.message }),
    },
    ...(credentials?.headers && { headers: credentials.headers }),
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
