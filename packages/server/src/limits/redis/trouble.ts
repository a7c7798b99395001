import { ErrorReply } from '@redis/client'
import { WrongAnswer } from './wrong-answer.ts'

/** Why a Redis can't be used, and what whoever runs the server reads of it. */
export interface Trouble {
  /** `refusing`: it answers, and nothing gets better by waiting for a connection. */
  readonly kind: 'away' | 'refusing'
  readonly message: string
}

const CERTIFICATE = /CERT|^UNABLE_TO_|SELF_SIGNED|^ERR_TLS_/

/** The answer of a node of a cluster for keys that another node holds. */
const OTHER_NODE = /^(?:MOVED|ASK) /

/** OpenSSL's and Node's codes for a chain or a name that is not accepted. */
function isCertificateError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && CERTIFICATE.test(code)
}

export function troubleOf(error: unknown): Trouble {
  const meanwhile = 'limits are counted in memory'
  if (error instanceof ErrorReply && OTHER_NODE.test(error.message)) {
    return {
      kind: 'refusing',
      message: `REDIS_URL names one node of a Redis Cluster: write several of them, separated by commas, or the address of all twice; ${meanwhile}`,
    }
  }
  if (isCertificateError(error)) {
    return {
      kind: 'away',
      message: `the certificate of Redis is not trusted: for an authority of your own, start with NODE_EXTRA_CA_CERTS=<its file> in the environment (.env is too late); ${meanwhile}`,
    }
  }
  return error instanceof ErrorReply || error instanceof WrongAnswer
    ? { kind: 'refusing', message: `Redis refuses commands: ${meanwhile}` }
    : { kind: 'away', message: `Redis is away: ${meanwhile}` }
}
