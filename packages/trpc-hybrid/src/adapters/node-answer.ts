import type { IncomingMessage, ServerResponse } from 'node:http'
import { discardAnswer, isStream, isTextStream, type Answer } from '../answer.ts'
import { cutUnread } from './node-body.ts'
import { respond, type Responder } from '../respond.ts'
import type { TextStream } from '../text-stream.ts'

/** Never rejects. */
export function sendWhenMade(
  { req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse },
  { answer, refuse }: Omit<Responder<void>, 'send'>,
): Promise<void> {
  return respond({
    answer,
    refuse: (error) => {
      if (res.headersSent) res.destroy()
      return refuse(error)
    },
    send: (answer) => {
      cutUnread(req, res)
      sendAnswer(res, answer)
    },
  })
}

/** Sends an answer. What the response has already stays, except for the names that the answer has too. */
export function sendAnswer(res: ServerResponse, answer: Answer): void {
  const { body } = answer
  if (res.headersSent) {
    discardAnswer(answer)
    return
  }
  setHead(res, answer)
  if (isStream(body)) {
    res.flushHeaders() // throws for what can't be sent
    void sendStream(res, isTextStream(body) ? body : readerOf(body))
  } else res.end(body)
}

/** More than one of each may be there. */
const LISTS = new Set(['set-cookie', 'link'])

export function setHead(res: ServerResponse, { status, headers }: Answer): void {
  res.statusCode = status
  for (const [name, value] of headers) {
    if (name === 'vary') addVary(res, value)
    else if (LISTS.has(name)) res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
}

function addVary(res: ServerResponse, value: string): void {
  const before = res.getHeader('vary')
  res.setHeader('vary', before === undefined ? value : `${value}, ${String(before)}`)
}

type Reading = TextStream | ReturnType<typeof readerOf>

function readerOf(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader()
  return {
    read: async () => (await reader.read()).value,
    cancel: () => void reader.cancel().catch(() => undefined),
  }
}

/** A stream that fails cuts the connection; one whose client has gone is cancelled. */
async function sendStream(res: ServerResponse, stream: Reading): Promise<void> {
  const cancel = () => {
    stream.cancel()
  }
  if (res.closed) cancel()
  else res.on('close', cancel) // not `once`, which keeps 200 bytes more as long as a stream is open
  try {
    for (let part = await stream.read(); part !== undefined; part = await stream.read()) {
      if (!res.write(part)) await untilDrained(res)
    }
    res.end()
  } catch {
    res.destroy()
  }
}

function untilDrained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      res.off('drain', goOn).off('close', goOn)
      resolve()
    }
    if (res.closed) resolve()
    else res.once('drain', goOn).once('close', goOn)
  })
}
