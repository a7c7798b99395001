import { parse } from 'node:querystring'
import { TRPCError } from '@trpc/server'
import type { Texts } from './read-texts.ts'

const MAX_PAIRS = 1_000

interface PairsOptions {
  /** What more than 1,000 are refused with. */
  readonly excess?: 'BAD_REQUEST' | 'PAYLOAD_TOO_LARGE'
  /** Decodes a name or a value; as UTF-8 unless it is given. */
  readonly decode?: (text: string) => string
}

/**
 * The pairs of a query or a form (`application/x-www-form-urlencoded`), in the order of their names.
 *
 * @throws {TRPCError} `excess` for more than 1,000
 */
export function pairsOf(
  text: string,
  { excess = 'BAD_REQUEST', decode }: PairsOptions = {},
): [string, Texts][] {
  if (text === '') return []
  let pairs = 1
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) pairs++
  if (pairs > MAX_PAIRS) throw new TRPCError({ code: excess })
  const options = decode && { decodeURIComponent: decode }
  return Object.entries(parse(text, '&', '=', options) as Record<string, Texts>)
}
