/** What a token says about itself, to be compared with what is expected. None of it is verified. */
export interface TokenSketch {
  readonly iss?: string
  readonly aud?: string
  readonly typ?: string
  readonly alg?: string
  readonly kid?: string
}

const MAX_CHARS = 200

/**
 * For a log: `iss` and `aud`, `typ`, `alg` and `kid`, each cut to 200 characters. No other claim, because it
 * may be about a person. If only part of a token can be read, that part.
 */
export function sketchToken(token: string): TokenSketch {
  const [header = '', payload = ''] = token.split('.')
  const { typ, alg, kid } = decodeObject(header)
  const { iss, aud } = decodeObject(payload)
  const told = Object.entries({ iss, aud, typ, alg, kid }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, shorten(value)] as const],
  )
  return Object.fromEntries(told)
}

/** The claims of a token that was verified. */
export function decodeClaims(token: string): Record<string, unknown> {
  return decodeObject(token.split('.')[1] ?? '')
}

function decodeObject(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' ? { ...value } : {}
  } catch {
    return {}
  }
}

function shorten(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_CHARS)
}
