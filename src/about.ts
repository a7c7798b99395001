import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_FOLDER } from '../packages/server/src/folders.ts'

/** What a server says about the API that it serves. */
export interface About {
  /** In keys of Redis and in traces. */
  readonly name: string
  /** In the description, on the docs page, in the metadata and in the welcome message. */
  readonly title: string
  readonly summary: string
  readonly version: string
}

const manifest = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
  readonly name: string
  readonly version: string
}

export const ABOUT: About = {
  name: manifest.name,
  title: 'Messages API',
  summary: 'Three messages over REST and tRPC, protected by OAuth 2.0 access tokens.',
  version: manifest.version,
}
