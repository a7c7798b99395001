import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyError } from '../body/body-error.ts'
import { createByteBuffer } from '../body/byte-buffer.ts'

/**
 * The body of a request, which can be read once. It is counted as it arrives: of an endless one no more than
 * `maxBytes` are taken.
 *
 * Its promise rejects with a `BodyError`, also where the body had failed before anybody asked for it.
 */
export function readBody(
  req: IncomingMessage,
  { maxBytes }: { readonly maxBytes: number },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const obstacle = obstacleOf(req)
    if (obstacle) {
      reject(obstacle)
      return
    }
    const body = createByteBuffer(maxBytes)
    const take = (chunk: Buffer) => {
      if (body.add(chunk)) return
      req.off('data', take)
      if (isEndless(req)) req.pause() // else the rest is read and dropped, so that the connection stays
      reject(new BodyError('too_large'))
    }
    req.on('data', take)
    req.once('end', () => {
      resolve(body.bytes())
    })
    req.once('error', (cause) => {
      reject(asBodyError(cause))
    })
  })
}

/** Nothing would ever be heard of these. */
function obstacleOf(req: IncomingMessage): Error | undefined {
  if (req.errored) return asBodyError(req.errored)
  if (req.readableEnded) return new Error('the body of the request has been read before')
  return req.destroyed ? new BodyError('gone') : undefined
}

/** How long a sender has to read that its body is too large. */
const LINGER_MS = 500

/**
 * Ends the connection of a body of which no more is read, once it is answered. Until then its sender, here or gone,
 * would keep it for as long as the host gives a request.
 */
export function cutUnread(req: IncomingMessage, res: ServerResponse): void {
  if (!req.isPaused() || req.complete) return
  res.once('finish', () => {
    setTimeout(() => {
      if (!req.complete) req.destroy()
    }, LINGER_MS).unref()
  })
}

const isEndless = ({ headers }: IncomingMessage) => headers['transfer-encoding'] !== undefined

/** Node knows one error of a request: that its connection has ended. */
function asBodyError(cause: Error): BodyError {
  return cause instanceof BodyError ? cause : new BodyError('gone', { cause })
}

/**
 * Ends a body with an error, for those who read it now and those who will. Its connection stays open for the
 * answer: Node's own `destroy` of a request would close it.
 */
export function failBody(req: IncomingMessage, error: BodyError): void {
  req._destroy = (cause, done) => {
    done(req.listenerCount('error') > 0 ? cause : null) // nobody has to listen
  }
  req.destroy(error)
}
