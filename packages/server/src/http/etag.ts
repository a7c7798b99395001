import { createHash } from 'node:crypto'
import type { Response } from 'express'

export interface Content {
  /** A file name extension or a media type. */
  readonly type: string
  readonly body: string | Buffer
  /** Where it is known already. */
  readonly etag?: string
}

/**
 * Sends what seldom changes. The client keeps it and asks each time whether it is still current (RFC 9110
 * §8.8.3), which Express answers with 304.
 */
export function sendWithEtag(res: Response, { type, body, etag = etagOf(body) }: Content): void {
  res.setHeader('etag', etag)
  res.setHeader('cache-control', 'no-cache')
  res.type(type).send(body)
}

export function etagOf(body: Content['body']): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`
}
