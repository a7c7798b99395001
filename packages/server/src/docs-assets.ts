import { fileURLToPath } from 'node:url'

/**
 * What the docs page is made of. The build joins modules into files directly in `dist`, which is as deep as this
 * file is in `src`.
 */
export const DOCS_ASSETS = fileURLToPath(new URL('docs/assets', import.meta.url))
