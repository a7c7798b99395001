import { parse } from 'node:querystring'
import { TRPCError } from '@trpc/server'
import type { Texts } from './read-texts.ts'

const MAX_PAIRS = 1_000

/**
 * The pairs of a query or a form (`application/x-www-form-urlencoded`), in the order of their names.
 *
 * @throws {TRPCError} `BAD_REQUEST` for more than 1,000
 */
export function pairsOf(text: string): [string, Texts][] {
  if (text === '') return []
  let pairs = 1
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) pairs++
  if (pairs > MAX_PAIRS) throw new TRPCError({ code: 'BAD_REQUEST' })
  return Object.entries(parse(text) as Record<string, Texts>)
}
