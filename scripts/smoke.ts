import assert from 'node:assert/strict'
import { MESSAGES } from '../packages/server/test/support/contract.ts'
import { tryInProduction } from '../packages/server/test/support/production.ts'

const COMMANDS = [
  ['npm', 'start'],
  ['node', 'bench/messages-api.js'], // which wires the same parts itself
]

/** Starts what was built in production mode, with each command, and calls it. */
for (const command of COMMANDS) {
  const { answers, ready, output } = await tryInProduction(command)
  try {
    assert.deepEqual(answers, [
      MESSAGES.public,
      MESSAGES.protected,
      MESSAGES.admin,
      '{"message":"Requires authentication"}',
    ])
    assert.equal(ready, 200)
    assert.match(output, /"msg":"stopping"/)
    console.log(`${command.join(' ')} serves the three messages in production and stops at SIGTERM`)
  } catch (error) {
    console.error(output)
    throw error
  }
}
