import type { HybridRequest } from '../request.ts'
import type { Deadlines } from './deadlines.ts'
import { unsettled } from './unsettled.ts'

interface InTimeOptions {
  readonly deadlines: Deadlines
  readonly request: HybridRequest
  /** What the error names: a procedure's path in the router. */
  readonly path: string
}

/** What `work` gives. Rejects with what it throws, and where it has not settled in the time that procedures have. */
export function settleInTime<T>(options: InTimeOptions, work: () => Promise<T>): Promise<T> {
  const { deadlines, request, path } = options
  return new Promise((resolve, reject) => {
    const deadline = deadlines.begin(request, (reason) => {
      reject(unsettled(reason, path))
    })
    work().then(
      (result) => {
        if (deadline.settle()) resolve(result)
      },
      (error: unknown) => {
        if (!deadline.settle()) return
        reject(deadline.told ? unsettled(deadline.told, path) : (error as Error))
      },
    )
  })
}
