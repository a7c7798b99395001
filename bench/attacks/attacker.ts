import type { Target } from './attack.ts'
import { ATTACKS, unreadAnswers } from './attacks.ts'
import { startAttack } from './start-attack.ts'

/*
 * A process of its own, so that honest clients do not wait for the attacker's work. Its first message is what to do,
 * which is answered when it begins; the next one ends it, and is answered with the outcome.
 */
export interface Orders {
  readonly name: string
  readonly seconds: number
  readonly target: Target
}

process.once('message', ({ name, seconds, target }: Orders) => {
  const attack = ATTACKS.find((one) => one.name === name) ?? unreadAnswers(seconds)
  const stop = startAttack(attack, target)
  process.send?.('begun')
  process.once('message', () => process.send?.(stop()))
})
process.once('disconnect', () => process.exit())
