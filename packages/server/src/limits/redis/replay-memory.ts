import {
  PROOF_CLOCK_TOLERANCE_SECONDS,
  PROOF_LIFETIME_SECONDS,
  proofsUnavailable,
  type LocalReplayMemory,
  type ProofUse,
  type ReplayMemory,
} from '@trpc-hybrid/access-token/engine'
import type { RedisConnection } from './connection.ts'
import { beginCommand, readOutcome, useProofCommand, type ProofOutcome } from './proof-script.ts'

const RETRY_AFTER_SECONDS = 2
/** How far the clocks of two replicas may differ. */
const REPLICA_CLOCKS_SECONDS = 2
/** A proof may have been used this long before its `iat`. */
const BEFORE_ISSUE_MS = (PROOF_CLOCK_TOLERANCE_SECONDS + REPLICA_CLOCKS_SECONDS) * 1000

/** The first character of a proof's id is one of these. */
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export interface SharedReplayMemory extends ReplayMemory {
  /** Makes sure that Redis notes since when it has remembered proofs: the sooner, the fewer are refused. */
  readonly begin: () => Promise<void>
}

/**
 * Knows the DPoP proofs that were sent to any replica. While Redis is away none is accepted, because another
 * replica may have accepted it. After Redis has come back empty, none is accepted that may have been used before
 * that: new ones are taken again after `BEFORE_ISSUE_MS`. Those that were sent to this replica are in `local`
 * too, and known at once.
 *
 * @param isCluster then each node notes for itself when its part of the memory began
 */
export function createSharedReplayMemory(
  redis: RedisConnection,
  options: {
    readonly local: LocalReplayMemory
    readonly isCluster: boolean
    readonly now: () => number
    /** Of its keys. */
    readonly prefix: string
  },
): SharedReplayMemory {
  const { local, isCluster, now, prefix } = options
  const keysOf = isCluster ? keysInCluster(prefix) : keysOnServer(prefix)

  async function begin(): Promise<void> {
    const ids = isCluster ? Array.from(BASE64URL) : ['']
    await Promise.allSettled(
      ids.map((id) => redis.send(keysOf(id).began, beginCommand(keysOf(id).began))),
    )
  }

  async function ask({ id, issuedAtMs }: ProofUse): Promise<ProofOutcome> {
    const keys = keysOf(id)
    const usableForMs = now() - issuedAtMs + BEFORE_ISSUE_MS
    const command = useProofCommand(keys, { usableForMs, lifetimeSeconds: PROOF_LIFETIME_SECONDS })
    try {
      return readOutcome(await redis.send(keys.proof, command))
    } catch (cause) {
      throw proofsUnavailable(RETRY_AFTER_SECONDS, cause)
    }
  }

  return {
    begin,
    has: (id) => local.has(id),
    async remember(use) {
      if (!redis.available()) throw proofsUnavailable(RETRY_AFTER_SECONDS)
      if (!local.remember(use)) return false
      const { outcome, memoryAgeMs, begins } = await ask(use)
      if (begins && isCluster) void begin()
      if (outcome !== 'too_old') return outcome === 'first_use'
      local.forget(use)
      const untilNewOnesAreTakenMs = Math.max(0, BEFORE_ISSUE_MS - memoryAgeMs)
      throw proofsUnavailable(1 + Math.ceil(untilNewOnesAreTakenMs / 1000))
    },
  }
}

const keysOnServer = (prefix: string) => (id: string) => ({
  began: `${prefix}:dpop-proofs-since`,
  proof: `${prefix}:dpop-proof:${id}`,
})

/** What is in braces decides about the node: one script may touch only keys of the same. */
const keysInCluster = (prefix: string) => (id: string) => {
  const tag = `{${id.charAt(0)}}`
  return {
    began: `${prefix}:dpop-proofs-since:${tag}`,
    proof: `${prefix}:dpop-proof:${tag}${id}`,
  }
}
