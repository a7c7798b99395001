import type { About } from '../../src/about.ts'

/** What test servers say of themselves. */
export const ABOUT: About = {
  name: 'messages-api',
  title: 'Messages API',
  summary: 'Three messages over REST and tRPC, protected by OAuth 2.0 access tokens.',
  version: '0.3.0',
}
