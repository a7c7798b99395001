import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

/** They install packages, in copies of the project and in apps that are not this one. */
const MATRIX = [
  'bench/test/growth.test.ts',
  'packages/*/test/packed.test.ts',
  'packages/create/test/create.test.ts',
  'packages/server/test/e2e/{clean-clone,next,template}.test.ts',
  'packages/server/test/mcp/programs.test.ts',
  'packages/trpc-hybrid/test/{recipes,trpc-versions}.test.ts',
  'scripts/test/pack.test.ts',
]

/** They drive browsers, databases, Redis, nginx, compilers and servers in processes of their own, or wait for many sockets. */
const SYSTEM = [
  'bench/test/ticket-database.test.ts',
  'examples/helpdesk/test/*.test.ts',
  'packages/client/test/readme.test.ts',
  'packages/server/test/{e2e,redis}/*.test.ts',
  'packages/server/test/{command-line,process-faults,stop}.test.ts',
  'packages/server/test/connections/bodies.test.ts',
  'packages/server/test/dev-issuer/token-command.test.ts',
  'packages/server/test/observability/{full-pipe,tracing}.test.ts',
  'packages/trpc-hybrid/test/hybrid/hostile-bodies.test.ts',
  'packages/trpc-hybrid/test/openapi/generated-client.test.ts',
  'packages/trpc-hybrid/test/rpc/subscriptions.test.ts',
  'scripts/test/supply-chain.test.ts',
]

const SUPPORT = 'packages/server/test/support'

/** Takes the workspaces' packages from their sources, and others as Node.js does, which knows no `module`. */
const conditions = [
  '@trpc-hybrid/source',
  ...defaultServerConditions.filter((condition) => condition !== 'module'),
]
const every = { resolve: { conditions }, ssr: { resolve: { conditions } } }
const times = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 60_000 } } }

export default defineConfig({
  test: {
    globalSetup: [`${SUPPORT}/temporary-folder.ts`, `${SUPPORT}/search-output.ts`],
    maxWorkers: 3, // on two cores: tests wait a lot
    teardownTimeout: 60_000, // a busy machine takes long to end a process
    projects: [
      {
        ...every,
        test: {
          ...times,
          name: 'unit',
          isolate: false, // each file would load the server anew, which takes longer than most tests
          include: ['**/test/**/*.test.ts'],
          exclude: [...SYSTEM, ...MATRIX, '**/node_modules/**', '**/dist/**'],
        },
      },
      { ...every, test: { ...times, name: 'system', include: SYSTEM, exclude: MATRIX } },
      {
        ...every,
        test: {
          ...times,
          name: 'matrix',
          include: MATRIX,
          globalSetup: `${SUPPORT}/packed.ts`,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
