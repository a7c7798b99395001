import { IssuerError } from './issuer-error.ts'

const FETCH_TIMEOUT_SECONDS = 5
const MAX_RESPONSE_BYTES = 512 * 1024

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * Fetches a document of an issuer. Time and size are bounded. A redirect is not followed, because the address
 * was configured. A byte order mark is skipped (RFC 8259 §8.1).
 *
 * @throws {IssuerError}
 */
export async function fetchJson(url: string, fetch: Fetch): Promise<unknown> {
  const text = await fetchText(url, fetch).catch((error: unknown) => {
    throw error instanceof IssuerError ? error : asUnreachable(url, error)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new IssuerError('not_json', { url })
  }
}

async function fetchText(url: string, fetch: Fetch): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_SECONDS * 1000),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new IssuerError('status', { url, status: response.status })
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > MAX_RESPONSE_BYTES) throw new IssuerError('too_large', { url })
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** The error's own text is left out: it may contain the whole URL. Its code says enough. */
function asUnreachable(url: string, error: unknown): IssuerError {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new IssuerError('timeout', { url })
  }
  const cause: unknown = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  return new IssuerError('unreachable', { url, code })
}
