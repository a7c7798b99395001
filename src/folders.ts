import { fileURLToPath } from 'node:url'

/*
 * This file is as deep in `src` as what is built of it is in `dist`, where the server's modules are
 * joined into few. Another module's own place says nothing there.
 */

/** Where `package.json` is. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** What the docs page is made of. */
export const DOCS_ASSETS = fileURLToPath(new URL('docs/assets', import.meta.url))
