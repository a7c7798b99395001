import type { Clocks } from './clocks.ts'
import { proofsUnavailable } from './errors.ts'
import { PROOF_LIFETIME_SECONDS } from './proof-rules.ts'

/** One use of a DPoP proof. */
export interface ProofUse {
  /** Identifies the proof: the same for each of its uses. */
  readonly id: string
  /** Whose share of the memory it takes. */
  readonly owner: string
  /** Its `iat`, in milliseconds. */
  readonly issuedAtMs: number
}

/** Knows which DPoP proofs were used (RFC 9449 §11.1). Replicas share one memory through Redis. */
export interface ReplayMemory {
  /** Whether this process knows that the proof was used. */
  has(id: string): boolean
  /**
   * Remembers a use for `PROOF_LIFETIME_SECONDS`, and never forgets it earlier.
   *
   * @returns whether it is the first use
   * @throws {AuthError} `proofs_unavailable` when it can't be remembered: the proof must not be accepted
   *   then
   */
  remember(use: ProofUse): boolean | Promise<boolean>
}

/** The part of the memory that one process holds. */
export interface LocalReplayMemory extends ReplayMemory {
  remember(use: ProofUse): boolean
  /** Takes back a use that was just remembered and refused for another reason. */
  forget(use: ProofUse): void
}

/** 42 MB at most, if each has a different owner. docs/threat-model.md says for how many senders it is enough. */
const MAX_PROOFS = 200_000
/**
 * How much of the free room one owner may take: beside many greedy owners there is still room for a new one.
 */
const SHARE_OF_FREE = 1 / 8
/** Proofs that arrived within the same period of this length are forgotten together. */
const GENERATION_MS = 8_000
const RETRY_AFTER_SECONDS = 8

interface Generation {
  readonly startedAt: number
  readonly ids: Set<string>
  readonly counts: Map<string, number>
  /** By both clocks: a wall clock that is set back makes old proofs valid again. */
  neededUntil: { monotonic: number; wall: number }
}

/** A memory in this process. When it is full, new proofs are refused. */
export function createReplayMemory({ now, monotonicNow }: Clocks): LocalReplayMemory {
  let generations: Generation[] = []

  const isNeeded = ({ neededUntil: { monotonic, wall } }: Generation): boolean =>
    monotonicNow() <= monotonic || now() <= wall

  function newest(): Generation {
    const last = generations.at(-1)
    if (last && monotonicNow() < last.startedAt + GENERATION_MS) return last
    const next = {
      startedAt: monotonicNow(),
      ids: new Set<string>(),
      counts: new Map<string, number>(),
      neededUntil: { monotonic: 0, wall: 0 },
    }
    generations = [...generations.filter(isNeeded), next]
    return next
  }

  function hasRoomFor(owner: string): boolean {
    const held = sum(generations, ({ counts }) => counts.get(owner) ?? 0)
    const free = MAX_PROOFS - sum(generations, ({ ids }) => ids.size)
    return held < free * SHARE_OF_FREE
  }

  const has = (id: string): boolean => generations.some(({ ids }) => ids.has(id))

  return {
    has,
    remember({ id, owner }) {
      if (has(id)) return false
      const generation = newest()
      if (!hasRoomFor(owner)) throw proofsUnavailable(RETRY_AFTER_SECONDS)
      const lifetimeMs = PROOF_LIFETIME_SECONDS * 1000
      generation.ids.add(id)
      generation.counts.set(owner, (generation.counts.get(owner) ?? 0) + 1)
      generation.neededUntil = {
        monotonic: monotonicNow() + lifetimeMs,
        wall: Math.max(generation.neededUntil.wall, now() + lifetimeMs),
      }
      return true
    },
    forget({ id, owner }) {
      for (const { ids, counts } of generations) {
        if (ids.delete(id)) counts.set(owner, (counts.get(owner) ?? 1) - 1)
      }
    },
  }
}

function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0)
}
