import type { BenchRequest } from './requests.ts'
import type { BenchServer } from './servers.ts'
import type { Tokens } from './tokens.ts'

export interface Scenario {
  readonly name: string
  readonly title: string
  /** Every answer must have one of these statuses, and the first one this text in its body. */
  readonly statuses: readonly number[]
  readonly text: string
  /** How often the text must be there: in a batch once a call. */
  readonly times?: number
  readonly servers: readonly BenchServer[]
  /** How many connections the load comes over: 32 unless it is said. */
  readonly connections?: number
  /** How long it is measured at least, such as where it takes a while to open all connections. */
  readonly minSeconds?: number
  /** Whether its servers read tickets from a PostgreSQL, without which it is left out. */
  readonly database?: true
  /** Whether its servers are fetch handlers, each asked inside of its own process. */
  readonly inProcess?: true
  /** Whether all servers must give the same answer, but for the order in which JSON has it. */
  readonly sameAnswers?: true
  /** Whether requests may stay without an answer, such as on connections that a server is slow to accept. */
  readonly mayLose?: true
  readonly request: (server: BenchServer, tokens: Tokens) => Promise<BenchRequest>
}
