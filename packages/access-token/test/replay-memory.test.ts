import { beforeEach, describe, expect, it } from 'vitest'
import { createReplayMemory, type LocalReplayMemory } from '@trpc-hybrid/access-token/engine'
import { createClock } from '../../server/test/support/clock.ts'

/** More than any memory of proofs holds. */
const FLOOD = 1_000_000

let clock: ReturnType<typeof createClock>
let memory: LocalReplayMemory
beforeEach(() => {
  clock = createClock()
  memory = createReplayMemory(clock)
})

/** Whether it is the first use, or why it is refused. */
function use(id: string, owner: string): unknown {
  try {
    return memory.remember({ id, owner, issuedAtMs: clock.now() })
  } catch (error) {
    return error
  }
}

const FULL = expect.objectContaining({ code: 'proofs_unavailable' }) as unknown

/** Uses new proofs until one is refused. @returns how many were taken */
function fill(owner: string): number {
  for (let n = 0; n < FLOOD; n++) {
    if (use(`${owner} ${n}`, owner) !== true) return n
  }
  return FLOOD
}

describe('the memory of proofs', () => {
  it('takes a proof once', () => {
    expect(use('a', 'owner')).toBe(true)
    expect(memory.has('a')).toBe(true)
    expect(use('a', 'owner')).toBe(false)
    expect(use('a', 'another owner')).toBe(false)
    expect(use('b', 'owner')).toBe(true)
  })

  it('refuses new proofs when it is full, and forgets none that may still be good', () => {
    expect(use('captured', 'victim')).toBe(true)
    for (let n = 0; n < 100; n++) fill(`attacker ${n}`)
    expect(use('new', 'attacker 0')).toEqual(FULL)
    clock.advance({ seconds: 70 })
    expect(use('captured', 'victim')).toBe(false)
    expect(use('new', 'attacker 0')).toEqual(FULL)
    clock.advance({ seconds: 12 })
    expect(use('new', 'attacker 0')).toBe(true)
    expect(memory.has('captured')).toBe(false)
  })

  it('gives each owner what it needs at the default rate limit, and none a great part', () => {
    const taken = fill('greedy')
    expect(taken).toBeGreaterThanOrEqual(3 * 6000) // 71 seconds touch three windows at most
    expect(use('another', 'greedy')).toEqual(FULL)
    expect(fill('newcomer')).toBeGreaterThanOrEqual(3 * 6000)
    for (let n = 0; n < 50; n++) fill(`greedy ${n}`)
    expect(use('still', 'another newcomer')).toBe(true)
  })

  it('knows a used proof still when the wall clock is set, back or forth and back', () => {
    expect(use('a', 'owner')).toBe(true)
    clock.set({ hours: 2 })
    expect(use('b', 'owner')).toBe(true)
    expect(use('a', 'owner')).toBe(false)
    clock.set({ hours: -2 })
    expect(use('a', 'owner')).toBe(false)
    clock.set({ hours: -2 })
    clock.advance({ hours: 2 })
    expect(use('c', 'owner')).toBe(true)
    expect(use('a', 'owner')).toBe(false)
  })
})
