import type { Answer } from '../answer.ts'
import { Unfit } from '../errors/router-error.ts'
import type { Deprecation, RestMeta } from './meta.ts'
import { dateOf } from './rfc3339.ts'

/**
 * What each answer of a deprecated operation says of that: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and a `Link`
 * to what to do. Empty where its meta names no day.
 *
 * @throws {Unfit} for what is no day or no address, and a sunset before the deprecation
 */
export function deprecationHeaders({
  deprecated,
}: Pick<RestMeta, 'deprecated'>): Answer['headers'] {
  if (typeof deprecated !== 'object') return []
  const { since, sunset, link } = deprecated
  const sinceMs = timeOf('since', since)
  const headers = [['deprecation', `@${sinceMs / 1000}`]] as [name: string, value: string][]
  if (sunset !== undefined) {
    const sunsetMs = timeOf('sunset', sunset)
    if (sunsetMs < sinceMs) throw new Unfit('its sunset is before its deprecation: RFC 9745 §4')
    headers.push(['sunset', new Date(sunsetMs).toUTCString()])
  }
  if (link !== undefined) {
    if (!URI_REFERENCE.test(link)) {
      throw new Unfit(
        `its deprecated.link is ${link}: write an address, such as https://example.com/v2`,
      )
    }
    headers.push(['link', `<${link}>; rel="deprecation"`])
  }
  return headers
}

/** The characters of RFC 3986 §2. */
const URI_REFERENCE = /^[\w.~:/?#[\]@!$&'()*+,;=%-]+$/

/** In milliseconds since 1970, without a fraction of a second, which `Deprecation` has no room for. */
function timeOf(name: keyof Deprecation, text: string): number {
  const time = dateOf(text.includes('T') ? text : `${text}T00:00:00Z`)?.getTime()
  if (time !== undefined && time % 1000 === 0) return time
  throw new Unfit(`its deprecated.${name} is ${text}: write a day that exists, such as 2026-12-31`)
}
