import { createJudge } from '../packages/trpc-hybrid/src/engine.ts'

/** What a client of this server may know about an error. */
export const judge = createJudge({ exposeTrpcMessages: false })
