import type { ProcedureType } from '@trpc/server'
import { Signalled, type SignalSource } from './signal.ts'

/** What a procedure is called with: tRPC's `ProcedureCallOptions`. */
export interface Call extends SignalSource {
  /** The procedure's path in the router, such as `messages.public`. */
  readonly path: string
  readonly type: ProcedureType
  readonly ctx: object
  readonly getRawInput: () => Promise<unknown>
  /** The place of the call in its batch; 0 where there is none. */
  readonly batchIndex: number
  /** The result of the raw input so far; absent before the first middleware. */
  readonly input?: unknown
}

export type CallProcedure = (call: Call) => Promise<unknown>

/** A call whose `signal` comes from the source, and is created only when somebody reads it. */
export function createCall(source: SignalSource, call: Omit<Call, 'signal' | 'input'>): Call {
  return new SignalledCall(source, call)
}

class SignalledCall extends Signalled implements Call {
  readonly path: string
  readonly type: ProcedureType
  readonly ctx: object
  readonly getRawInput: () => Promise<unknown>
  readonly batchIndex: number

  constructor(source: SignalSource, call: Omit<Call, 'signal' | 'input'>) {
    super(source)
    this.path = call.path
    this.type = call.type
    this.ctx = call.ctx
    this.getRawInput = call.getRawInput
    this.batchIndex = call.batchIndex
  }
}
