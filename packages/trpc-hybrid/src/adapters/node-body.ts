import type { IncomingMessage } from 'node:http'
import { TRPCError } from '@trpc/server'

/**
 * The body of a request.
 *
 * @throws {TRPCError} `PAYLOAD_TOO_LARGE` as soon as more than `maxBytes` have come
 */
export function readNodeBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
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
      resolve(Buffer.concat(chunks))
    })
    req.once('error', reject)
  })
}
