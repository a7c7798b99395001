import { discardAnswer, JSON_TYPE, type Answer } from '../answer.ts'
import { answerError, type ErrorOptions } from '../errors/answer-error.ts'
import type { Problems } from '../errors/router-error.ts'
import { createCall, type CallProcedure } from '../procedures/call.ts'
import { withDateTexts } from '../procedures/date-texts.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { normalizePath } from '../procedures/normalize-path.ts'
import type { RestOperation } from '../procedures/operations.ts'
import type { HybridRequest } from '../request.ts'
import { refusedMethod, type Route } from '../route.ts'
import { unsettled } from '../procedures/unsettled.ts'
import type { FileOutput } from '../file-output.ts'
import { answerFile } from './file-answer.ts'
import { createInputReader } from './input.ts'
import { RouteTable, type Params } from './route-table.ts'

export interface RestOptions extends ErrorOptions {
  readonly deadlines: Deadlines
  readonly operations: readonly RestOperation[]
  readonly maxBodyBytes: number
  /** Told of inputs that can't be read from their place in a request. */
  readonly problems: Problems
}

interface ServedOperation {
  /** Calls one procedure with all of its chain, and without the caller proxy of tRPC. */
  readonly call: (request: HybridRequest, params: Params, ctx: object) => Promise<Answer>
  readonly refuse: Route['refuse']
}

/**
 * Every procedure at the method and path of its `openapi` meta, as trpc-openapi describes it. Its own handler
 * would serve them too. But it builds a `URL`, an abort signal and a caller for each request, leaves the
 * parameters of a path encoded, and changes the schemas of procedures permanently when it reads numbers from a
 * URL. Where its answers are right, `packages/trpc-hybrid/test/rest/reference.test.ts` checks that ours are the same.
 *
 * @returns finds the route of a request; `undefined` where no procedure is
 */
export function createRest(options: RestOptions) {
  const table = new RouteTable<ServedOperation>()
  const refuse: Route['refuse'] = (error, request, ctx) =>
    answerError(error, { request, ctx }, options)
  for (const operation of options.operations) {
    const { template, method } = operation
    const call = options.problems.attempt(operation, () => callOf(operation, options))
    if (call) table.add(template, method, deprecating({ call, refuse }, operation))
  }

  return (method: string, path: string): Route | undefined => {
    const found = table.find(method === 'HEAD' ? 'GET' : method, normalizePath(withoutSlash(path)))
    if (!found) return undefined
    const { handler, params, path: template } = found
    return handler
      ? {
          template,
          allow: undefined,
          refuse: handler.refuse,
          serve: (req, ctx) => handler.call(req, params, ctx),
        }
      : refusedMethod({ template, allow: withHead(found.methods), refuse })
  }
}

/** Says with each answer from when on the operation should not be used. */
function deprecating(
  served: ServedOperation,
  { deprecation }: Pick<RestOperation, 'deprecation'>,
): ServedOperation {
  if (deprecation.length === 0) return served
  const say = (answer: Answer): Answer => ({
    ...answer,
    headers: [...answer.headers, ...deprecation],
  })
  return {
    call: (...of) => served.call(...of).then(say),
    refuse: (...of) => say(served.refuse(...of)),
  }
}

function callOf(operation: RestOperation, options: RestOptions): ServedOperation['call'] {
  const { name: path, procedure } = operation
  const readInput = createInputReader(operation, options.maxBodyBytes)
  const call = procedure as unknown as CallProcedure
  const { type } = procedure._def
  const answer = answerOf(operation)
  const toFile = fileAnswerOf(operation, options)
  return (request, params, ctx) =>
    new Promise((resolve) => {
      const refuse = (error: unknown) => {
        const place = { request, ctx, path }
        resolve(Promise.resolve(error).then((error) => answerError(error, place, options)))
      }
      const deadline = options.deadlines.begin(request, (reason) => {
        refuse(unsettled(reason, path))
      })
      const getRawInput = async () => Promise.resolve(readInput?.(request, params))
      const called = call(createCall(request, { ctx, getRawInput, path, type, batchIndex: 0 }))
      const done = toFile ? called.then((data) => toFile(data as FileOutput, request, ctx)) : called
      done.then(
        (data) => {
          if (!deadline.settle()) {
            if (toFile) discardAnswer(data as Answer)
            return
          }
          try {
            resolve(answer(data))
          } catch (error) {
            refuse(error)
          }
        },
        (error: unknown) => {
          if (deadline.settle()) refuse(deadline.told ? unsettled(deadline.told, path) : error)
        },
      )
    })
}

/** @returns `undefined` where the answer is no file */
function fileAnswerOf(
  { name: path, status, fileType: mediaType }: RestOperation,
  { judge, onError }: RestOptions,
) {
  if (mediaType === undefined) return undefined
  return (data: FileOutput, request: HybridRequest, ctx: object) =>
    answerFile(data, {
      status,
      mediaType,
      isHead: request.method === 'HEAD',
      onFailure: (error) => {
        onError({ error: judge(error), path, request, ctx })
      },
    })
}

const NO_HEADERS: Answer['headers'] = []
const JSON_HEADERS: Answer['headers'] = [['content-type', JSON_TYPE]]

function answerOf({
  status,
  empty,
  fileType,
  procedure,
}: RestOperation): (data: unknown) => Answer {
  if (fileType !== undefined) return (data) => data as Answer
  if (empty) return () => ({ status, headers: NO_HEADERS, body: undefined })
  return (data) => ({ status, headers: JSON_HEADERS, body: textOf(withDateTexts(procedure, data)) })
}

/** JSON has no `undefined`: where an output may be that, it may be null too. */
const textOf = (data: unknown): string => (data === undefined ? 'null' : JSON.stringify(data))

/** HEAD goes wherever GET does. */
const withHead = (methods: readonly string[]) =>
  methods.includes('GET') ? [...methods, 'HEAD'] : methods

/** A slash at the end changes nothing. */
const withoutSlash = (path: string) =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
