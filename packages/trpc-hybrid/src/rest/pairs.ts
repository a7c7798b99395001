import { TRPCError } from '@trpc/server'
import type { Texts } from './read-texts.ts'

const MAX_PAIRS = 1_000

/**
 * The pairs of a query or a form (`application/x-www-form-urlencoded`), in the order of their names.
 *
 * @param excess what more than 1,000 are refused with
 * @throws {TRPCError} `excess` for more than 1,000
 */
export function pairsOf(
  text: string,
  excess: 'BAD_REQUEST' | 'PAYLOAD_TOO_LARGE' = 'BAD_REQUEST',
): [string, Texts][] {
  if (text === '') return []
  let pairs = 1
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) pairs++
  if (pairs > MAX_PAIRS) throw new TRPCError({ code: excess })
  const texts = Object.create(null) as Record<string, string | string[]>
  // It would take a question mark at the start for that of a URL.
  new URLSearchParams(text.startsWith('?') ? `&${text}` : text).forEach((value, name) => {
    const before = texts[name]
    if (before === undefined) texts[name] = value
    else if (typeof before === 'string') texts[name] = [before, value]
    else before.push(value)
  })
  return Object.entries(texts)
}
