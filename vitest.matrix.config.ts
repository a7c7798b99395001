import { defineConfig } from 'vitest/config'
import shared, { setups } from './vitest.config.ts'

/** What needs npm's registry and time: packed packages in other apps. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['test/matrix/**/*.test.ts'],
    exclude: [],
    globalSetup: [...setups, 'test/support/packed.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
