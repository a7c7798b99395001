import { createJudge } from 'trpc-hybrid/engine'

/** What a client of this server may know about an error. */
export const judge = createJudge({ exposeTrpcMessages: false })
