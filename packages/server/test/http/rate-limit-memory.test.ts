import { expect, it } from 'vitest'
import { createRateLimitMemory, MAX_CLIENTS } from '../../src/limits/rate-limit-memory.ts'
import { createClock } from '../support/clock.ts'

it('counts a bounded number of clients, and forgets those first that send nothing more', () => {
  const { increment } = createRateLimitMemory({ windowMs: 60_000 }, createClock().monotonicNow)
  void increment('quiet')
  for (let n = 0; n < MAX_CLIENTS; n++) {
    void increment(`one of many ${n}`)
    if (n % 1_000 === 0) void increment('busy')
  }
  expect(increment('busy')).toMatchObject({ hits: MAX_CLIENTS / 1_000 + 1 })
  expect(increment('quiet')).toMatchObject({ hits: 1 })
})
