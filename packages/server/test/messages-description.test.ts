import { expect, it } from 'vitest'
import { appRouter } from '../../../src/router.ts'
import { describeBehindAuth0, lintDescription } from './support/lint-description.ts'

it('describes the messages in a way that passes a strict linter', async () => {
  expect(await lintDescription(describeBehindAuth0(appRouter))).toEqual([])
}, 120_000)
