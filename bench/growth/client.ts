import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes a client of an app, as in another repository: it has the declarations that the app's build wrote for clients,
 * and nothing else of it.
 *
 * @param app its folder
 * @param text of the client, which imports `./types/client.js`
 * @returns the folder of the client
 */
export function writeClient(app: string, text: string, compilerOptions: object = {}): string {
  const folder = join(app, 'client')
  mkdirSync(join(folder, 'types'), { recursive: true })
  for (const name of ['client.d.ts', 'client-features.d.ts']) {
    cpSync(join(app, 'dist', name), join(folder, 'types', name))
  }
  writeFileSync(join(folder, 'client.ts'), text)
  const config = { compilerOptions: { ...OPTIONS, ...compilerOptions }, files: ['client.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  return folder
}

const OPTIONS = {
  module: 'NodeNext',
  target: 'ES2022',
  lib: ['ES2023', 'DOM'],
  types: [],
  strict: true,
  noEmit: true,
}
