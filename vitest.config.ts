import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

/** They copy the project, and install packages. */
const MATRIX = ['test/e2e/{clean-clone,package,template}.test.ts', 'test/matrix/*.test.ts']

/** They drive browsers, Redis, nginx, compilers and servers in processes of their own. */
const SYSTEM = [
  'test/e2e/*.test.ts',
  'test/redis/*.test.ts',
  'test/{command-line,stop,supply-chain}.test.ts',
  'test/local-issuer/token-command.test.ts',
  'test/messages/readme.test.ts',
  'test/observability/{full-pipe,tracing}.test.ts',
  'test/openapi/generated-client.test.ts',
  'test/rpc/subscriptions.test.ts',
]

/** Takes the workspaces' packages from their sources, and others as Node.js does, which knows no `module`. */
const conditions = [
  '@trpc-hybrid/source',
  ...defaultServerConditions.filter((condition) => condition !== 'module'),
]
const every = { resolve: { conditions }, ssr: { resolve: { conditions } } }
const times = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 60_000 } } }

export default defineConfig({
  test: {
    globalSetup: ['test/support/temporary-folder.ts', 'test/support/search-output.ts'],
    maxWorkers: 2,
    teardownTimeout: 60_000, // a busy machine takes long to end a process
    projects: [
      {
        ...every,
        test: {
          ...times,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...SYSTEM, ...MATRIX],
        },
      },
      { ...every, test: { ...times, name: 'system', include: SYSTEM, exclude: MATRIX } },
      {
        ...every,
        test: {
          ...times,
          name: 'matrix',
          include: MATRIX,
          globalSetup: 'test/support/packed.ts',
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
