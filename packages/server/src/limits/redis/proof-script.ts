import type { RedisReply } from './client.ts'
import { WrongAnswer } from './wrong-answer.ts'

/** In the order of the numbers that the script gives. */
const OUTCOMES = ['used_before', 'first_use', 'too_old'] as const
const [USED_BEFORE, FIRST_USE, TOO_OLD] = [0, 1, 2]

/**
 * Marks a proof as used, unless it may have been used before this memory began.
 *
 * `KEYS[1]` says when that was, by the clock of Redis, and in which run of it. If it is missing, everything is:
 * that Redis was emptied. If it names another run, what was written last may be missing: a snapshot or a log
 * was read at a start, or a replica took over. Where `INFO` is not allowed, only the first is noticed.
 *
 * `KEYS[2]` is the proof, `ARGV[1]` since how many milliseconds it may have been used, and `ARGV[2]` how many
 * seconds to remember it. The whole text is sent each time: Redis may lose a script that it knows by hash.
 */
const SCRIPT = `
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or 'unknown'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local began = string.match(redis.call('GET', KEYS[1]) or '', '^' .. run .. ' (%d+)$')
began = began and tonumber(began)
local begins = not began or began > now
if begins then
  began = now
  redis.call('SET', KEYS[1], run .. ' ' .. string.format('%.0f', now))
end
local outcome = ${USED_BEFORE}
if now - began <= tonumber(ARGV[1]) then
  outcome = ${TOO_OLD}
elseif redis.call('SET', KEYS[2], '', 'NX', 'EX', ARGV[2]) then
  outcome = ${FIRST_USE}
end
return { outcome, now - began, begins and 1 or 0 }`

/** Longer than any proof is good: such a call only makes sure that the memory has begun. */
const FOR_EVER_MS = 1e15

export interface ProofOutcome {
  /** `too_old`: it may have been used before the memory began, and was not marked. */
  readonly outcome: (typeof OUTCOMES)[number]
  readonly memoryAgeMs: number
  /** Whether the memory was empty until this call. */
  readonly begins: boolean
}

export function useProofCommand(
  keys: { readonly began: string; readonly proof: string },
  { usableForMs, lifetimeSeconds }: { usableForMs: number; lifetimeSeconds: number },
): string[] {
  const args = [Math.ceil(usableForMs), lifetimeSeconds].map(String)
  return ['EVAL', SCRIPT, '2', keys.began, keys.proof, ...args]
}

export function beginCommand(began: string): string[] {
  return ['EVAL', SCRIPT, '1', began, String(FOR_EVER_MS)]
}

/** @throws for what is no answer of the script */
export function readOutcome(reply: RedisReply): ProofOutcome {
  const [code, memoryAgeMs, begins] = Array.isArray(reply) ? (reply as RedisReply[]) : []
  const outcome = typeof code === 'number' ? OUTCOMES[code] : undefined
  if (outcome === undefined || typeof memoryAgeMs !== 'number') {
    throw new WrongAnswer('No answer of the script for proofs')
  }
  return { outcome, memoryAgeMs, begins: begins === 1 }
}
