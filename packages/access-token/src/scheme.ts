/** How an access token is presented (RFC 6750 §2.1, RFC 9449 §7.1). */
export type Scheme = 'Bearer' | 'DPoP'

/** The supported scheme of an `Authorization` value; names are case-insensitive (RFC 9110 §11.1). */
export function schemeOf(value: string | undefined): Scheme | undefined {
  const name = /^[^\s,]*/.exec(value ?? '')?.[0].toLowerCase()
  if (name === 'bearer') return 'Bearer'
  return name === 'dpop' ? 'DPoP' : undefined
}
