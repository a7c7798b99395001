import type { IncomingMessage } from 'node:http'

const MAX_BODY_BYTES = 56 * 1024

/** As Auth0's. What is sent there has lists in it, for which a form has no room (RFC 7591 §3.1). */
export const REGISTRATION_PATH = '/oidc/register'

/** @throws {Error} when the body is larger than any that the issuer needs */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new Error('request body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/**
 * Turns a request with a JSON object as its body into the form that OAuth asks for, and returns any other
 * request unchanged. Auth0 accepts both, and its SDKs and documentation use both.
 */
export async function jsonAsForm(request: IncomingMessage): Promise<IncomingMessage> {
  const json = request.headers['content-type']?.split(';')[0]?.trim() === 'application/json'
  if (request.method !== 'POST' || !json || request.url === REGISTRATION_PATH) return request
  const form = Buffer.from(formOf(await readBody(request)))
  return Object.create(request, {
    headers: {
      value: {
        ...request.headers,
        'transfer-encoding': undefined,
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(form.length),
      },
    },
    readable: { value: true },
    iterator: { value: () => [form] },
  }) as IncomingMessage
}

/** A text that isn't a JSON object becomes an empty form, which the endpoint then refuses in its own words. */
function formOf(text: string): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return ''
  }
  if (typeof parsed !== 'object' || parsed === null) return ''
  const fields = Object.entries(parsed).filter(([, value]) => typeof value === 'string')
  return new URLSearchParams(fields as [string, string][]).toString()
}
