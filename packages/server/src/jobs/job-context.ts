import type { Logger } from 'pino'
import { MISSING_TOKEN } from '@trpc-hybrid/access-token/engine'
import { testToken } from '@trpc-hybrid/access-token/testing'
import type { ApiContext } from '../context.ts'
import type { Person } from './call-as.ts'

/** What procedures are given that no request called: the token of a person, or none where nothing is known of one. */
export function createJobContext(
  person: Person,
  { id, logger }: { readonly id: string; readonly logger: Logger },
): ApiContext {
  return {
    ...senderOf(person),
    challenge: () => undefined,
    setHeader: () => undefined,
    setStatus: () => undefined,
    header: () => undefined,
    address: () => undefined,
    requestId: id,
    log: () => logger.child({ requestId: id }),
  }
}

function senderOf(person: Person): Pick<ApiContext, 'recall' | 'authenticate'> {
  const { subject, permissions, claims } = person
  if (subject === undefined && permissions === undefined && claims === undefined) return NOBODY
  const token = testToken({ subject, permissions, claims })
  return { recall: () => token, authenticate: () => Promise.resolve(token) }
}

const NOBODY: ReturnType<typeof senderOf> = {
  recall() {
    throw MISSING_TOKEN
  },
  authenticate: () => Promise.reject(MISSING_TOKEN),
}
