import type { Request } from 'express'
import type { SecurityScheme } from 'trpc-hybrid'

/** Whether a request carries something where a scheme has its credentials. */
export function hasCredentials({ headers, originalUrl }: Request, scheme: SecurityScheme): boolean {
  if (scheme.type === 'http') return headers.authorization !== undefined
  if (scheme.type !== 'apiKey') return true
  const { in: place, name } = scheme
  if (place === 'header') return headers[name.toLowerCase()] !== undefined
  if (place === 'query') return new URL(originalUrl, 'http://localhost').searchParams.has(name)
  const cookies = headers.cookie?.split(';') ?? []
  return cookies.some((cookie) => cookie.trim().startsWith(`${name}=`))
}
