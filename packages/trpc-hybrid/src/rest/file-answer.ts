import type { Answer } from '../answer.ts'
import { isNamed, isWebStream, type FileBody, type FileOutput } from '../file-output.ts'
import { contentDisposition } from './content-disposition.ts'

export interface FileAnswerOptions {
  readonly status: number
  readonly mediaType: string
  readonly isHead: boolean
  /** Told of what fails when the answer has begun. */
  readonly onFailure: (error: unknown) => void
}

/**
 * The answer with a file. It is there when its first piece is: what goes wrong until then is thrown, and answered
 * as an error.
 */
export async function answerFile(
  output: FileOutput,
  { status, mediaType, isHead, onFailure }: FileAnswerOptions,
): Promise<Answer> {
  const { body, disposition } = partsOf(output)
  const type = /^text\/[^;]*$/.test(mediaType) ? `${mediaType}; charset=utf-8` : mediaType
  const whole = typeof body === 'string' ? encoder.encode(body) : body
  const size = sizeOf(whole)
  const headers: Answer['headers'] = [
    ['content-type', type],
    ['x-content-type-options', 'nosniff'],
    ...(disposition === undefined ? [] : [['content-disposition', disposition] as const]),
    ...(size === undefined ? [] : [['content-length', String(size)] as const]),
  ]
  if (whole instanceof Uint8Array) return { status, headers, body: isHead ? undefined : whole }
  const pieces = piecesOf(whole)
  const first = await pieces.next()
  if (!isHead) return { status, headers, body: streamOf(pieces, { first, onFailure }) }
  pieces.end()
  return { status, headers, body: undefined }
}

const encoder = new TextEncoder()

function partsOf(output: FileOutput) {
  if (isNamed(output)) {
    return { body: output.body, disposition: contentDisposition(output.fileName) }
  }
  const isFile = output instanceof File
  return { body: output, disposition: isFile ? contentDisposition(output.name) : undefined }
}

function sizeOf(body: Exclude<FileBody, string>): number | undefined {
  if (body instanceof Uint8Array) return body.length
  return body instanceof Blob ? body.size : undefined
}

interface Pieces {
  /** @returns `undefined` at the end */
  readonly next: () => Promise<Uint8Array | undefined>
  /** Nobody reads on, so that what makes them can stop. */
  readonly end: () => void
}

/** A stream is read by its reader: not every platform can iterate one. */
function piecesOf(body: Exclude<FileBody, string | Uint8Array>): Pieces {
  const source: FileBody = body instanceof Blob ? body.stream() : body
  const iterator: AsyncIterator<unknown, unknown> = isWebStream(source)
    ? iteratorOf(source)
    : source[Symbol.asyncIterator]()
  const finish = async () => iterator.return?.()
  const end = () => {
    finish().catch(() => undefined)
  }
  return {
    end,
    async next() {
      for (;;) {
        const { done, value } = await iterator.next()
        if (done) return undefined
        const piece = typeof value === 'string' ? encoder.encode(value) : value
        if (!(piece instanceof Uint8Array)) {
          end()
          throw new TypeError('A piece of a file is neither a text nor bytes')
        }
        if (piece.length > 0) return piece
      }
    },
  }
}

function iteratorOf(stream: ReadableStream<string | Uint8Array>): AsyncIterator<unknown, unknown> {
  const reader = stream.getReader()
  return {
    next: () => reader.read(),
    async return() {
      await reader.cancel()
      return { done: true, value: undefined }
    },
  }
}

interface Begun {
  readonly first: Uint8Array | undefined
  readonly onFailure: FileAnswerOptions['onFailure']
}

/** Asks for a piece when the one before is on its way. */
function streamOf(pieces: Pieces, { first, onFailure }: Begun): ReadableStream<Uint8Array> {
  let isFirst = true
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = isFirst ? first : await pieces.next()
          isFirst = false
          if (piece) controller.enqueue(piece)
          else controller.close()
        } catch (error) {
          onFailure(error)
          controller.error(error)
        }
      },
      cancel() {
        pieces.end()
      },
    },
    { highWaterMark: 0 },
  )
}
