import { expect, it } from 'vitest'
import { appRouter } from '../../src/router.ts'
import { describeRouter, lintDescription } from '../support/lint-description.ts'

it('describes the messages in a way that passes a strict linter', async () => {
  expect(await lintDescription(describeRouter(appRouter))).toEqual([])
}, 120_000)
