import type { IncomingMessage } from 'node:http'
import { TRPCError } from '@trpc/server'

/**
 * The body of a request as UTF-8 text, without a byte order mark.
 *
 * @throws {TRPCError} `PAYLOAD_TOO_LARGE` as soon as more than `maxBytes` have come
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBytes) return
      req.off('data', take)
      reject(new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }))
    }
    req.on('data', take)
    req.once('end', () => {
      resolve(toText(chunks))
    })
    req.once('error', reject)
  })
}

function toText(chunks: readonly Buffer[]): string {
  const [first, ...more] = chunks
  if (!first) return ''
  const text = (more.length > 0 ? Buffer.concat(chunks) : first).toString()
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
