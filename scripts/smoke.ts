import assert from 'node:assert/strict'
import { MESSAGES } from '../test/support/contract.ts'
import { tryInProduction } from '../test/support/production.ts'

/** Starts what was built with `npm start` in production mode and calls it. */
const { answers, ready, output } = await tryInProduction(['npm', 'start'])
try {
  assert.deepEqual(answers, [
    MESSAGES.public,
    MESSAGES.protected,
    MESSAGES.admin,
    '{"message":"Requires authentication"}',
  ])
  assert.equal(ready, 200)
  assert.match(output, /"msg":"stopping"/)
  console.log('npm start serves the three messages in production and stops at SIGTERM')
} catch (error) {
  console.error(output)
  throw error
}
