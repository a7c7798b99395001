import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { DOCS_ASSETS } from '../docs-assets.ts'
import type { Content } from '../http/etag.ts'

/** Our own files by name, read once: they are small. */
export function readAssets(): Map<string, Content> {
  const names = ['docs.js', 'sign-in.js', 'docs.css', 'icon.svg']
  return new Map(
    names.map((name) => {
      const body = readFileSync(join(DOCS_ASSETS, name), 'utf8')
      return [name, { type: extname(name), body }]
    }),
  )
}

/**
 * What the page needs from the installed package, and nothing else. It is read once too: a file that is
 * read for each request stays open until its answer is finished.
 */
export function readSwaggerUi(): { version: string; files: Map<string, Content> } {
  // Importing the package would load its browser code into the server.
  const manifest = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const names = ['swagger-ui-bundle.js', 'swagger-ui.css', 'oauth2-redirect.js']
  const read = (name: string) => readFileSync(join(dirname(manifest), name))
  return {
    version,
    files: new Map(names.map((name) => [name, { type: extname(name), body: read(name) }])),
  }
}
