/** What the description, the docs page, the metadata and the welcome message say about this API. */
export const ABOUT = {
  title: 'Messages API',
  summary: 'Three messages over REST and tRPC, protected by OAuth 2.0 access tokens.',
} as const
