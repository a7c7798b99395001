import { fileURLToPath } from 'node:url'

/*
 * Every module that reads files finds them from here: the build joins modules into files directly in `dist`,
 * which is as deep as this file is in `src`.
 */

/** Where `package.json` is. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** What the docs page is made of. */
export const DOCS_ASSETS = fileURLToPath(new URL('docs/assets', import.meta.url))
