import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyRouter } from '@trpc/server'
import { beforeAll, describe, expect, it } from 'vitest'
import { succeed } from '../../packages/server/test/support/install.ts'
import { ROOT } from '../../packages/server/test/support/process.ts'
import { writeApp } from '../growth/app.ts'
import { writeClient } from '../growth/client.ts'

const PROCEDURES = 1_000
const TSC = [process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc')]

/** What someone would write in another repository, who has its declarations and nothing else of it. */
const CLIENT = `import { createHybridClient, isHybridError } from '@trpc-hybrid/client'
import type { AppRouter } from './types/client.js'

const client = createHybridClient<AppRouter>({ url: 'http://localhost:6060' })
export const first: Promise<number> = client.part0.list
  .query({ limit: 1 })
  .then(({ items: [item] }) => item?.amount ?? 0)
export const last: Promise<string> = client.part99.byId.query({ id: '1' }).then(({ owner }) => owner.name)
// @ts-expect-error: the id is a text
export const wrongInput = () => client.part99.byId.query({ id: 1 })
// @ts-expect-error: there is no such feature
export const wrongFeature = () => client.part100
// @ts-expect-error: there is no such procedure
export const wrongProcedure = () => client.part99.nothing
`

const OPTIONS = { lib: ['ES2023', 'DOM', 'ESNext.Disposable'] }

describe(`an app of ${PROCEDURES} procedures`, () => {
  let app: string
  beforeAll(async () => {
    app = writeApp(PROCEDURES)
    await succeed([...TSC, '-p', app], ROOT)
  }, 600_000)

  it('has them all when it is compiled', async () => {
    const { appRouter } = (await import(pathToFileURL(join(app, 'dist/router.js')).href)) as {
      readonly appRouter: AnyRouter
    }
    expect(Object.keys(appRouter._def.procedures as object)).toHaveLength(PROCEDURES)
  })

  it('declares its router by the names of its features, whatever they hold', () => {
    const declaration = readFileSync(join(app, 'dist/router.d.ts'), 'utf8')
    expect(declaration).toContain('appRouter: ReturnType<typeof router<typeof features>>')
  })

  it('gives clients elsewhere a type that needs nothing of the server, and knows every call', async () => {
    const folder = writeClient(app, CLIENT, OPTIONS)
    await succeed([...TSC, '-p', folder], ROOT)
    expect(readFileSync(join(folder, 'types/client-features.d.ts'), 'utf8')).not.toContain(
      '@trpc-hybrid/server',
    )
  })
})
