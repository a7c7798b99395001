import js from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'examples/*/dist/', 'examples/next/', 'packages/*/dist/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-params': ['error', 3],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "BinaryExpression[operator='instanceof'][right.name='Promise']",
          message: 'Some promises are no instance of the global Promise: ask isThenable.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        Request: 'readonly',
        Response: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    files: ['packages/server/src/docs/assets/**'],
    languageOptions: {
      globals: {
        TextDecoder: 'readonly',
        atob: 'readonly',
        document: 'readonly',
        fetch: 'readonly',
        location: 'readonly',
        matchMedia: 'readonly',
        SwaggerUIBundle: 'readonly',
      },
    },
  },
  {
    // Floors: neither package knows another one, nor a framework.
    files: ['packages/access-token/src/**', 'packages/dev-issuer/src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['../*', '@trpc-hybrid/*', '@trpc/*', 'express', 'zod'] },
      ],
    },
  },
  {
    // It knows no server, no token and no framework, and of tRPC's inner parts one file knows alone.
    files: ['packages/trpc-hybrid/src/**'],
    ignores: ['packages/trpc-hybrid/src/trpc/internals.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            '@trpc-hybrid/*',
            '@trpc/server/unstable-core-do-not-import',
            'express',
            'fastify',
            'hono',
            'jose',
          ],
        },
      ],
    },
  },
  {
    // Nor Node's servers and streams: those are the adapters'.
    files: ['packages/trpc-hybrid/src/**'],
    ignores: ['packages/trpc-hybrid/src/{adapters/**,engine.ts}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            'node:http',
            'node:net',
            'node:stream',
            'node:zlib',
            'node:fs',
            '**/adapters/*',
          ],
        },
      ],
    },
  },
  {
    // It takes the router's type from whoever uses it, and nothing of a server.
    files: ['packages/client/src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: ['@trpc-hybrid/*', 'trpc-hybrid', 'node:*', 'zod'],
          paths: [{ name: '@trpc/server', allowTypeImports: true, message: 'Its types alone.' }],
        },
      ],
    },
  },
  {
    // The floor below the app: it knows the packages, and no app.
    files: ['packages/server/src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: ['**/access-token/src/*', '@trpc-hybrid/client'],
          paths: [
            {
              name: 'trpc-hybrid',
              allowTypeImports: true,
              message:
                'It loads what describes an API, for which no start waits: trpc-hybrid/engine.',
            },
          ],
        },
      ],
    },
  },
  {
    // What a package does not export is nobody else's, and what it exports for packages is not an app's.
    files: ['src/**', 'bench/**/*.js', 'examples/**'],
    ignores: ['examples/*/test/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['**/packages/*', 'trpc-hybrid/engine', '@trpc-hybrid/*/engine'] },
      ],
    },
  },
  {
    files: ['test/**', 'packages/*/test/**', 'bench/**', 'deploy/**', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
)
