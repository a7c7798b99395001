import type { RestOperation, SuccessStatus } from 'trpc-hybrid/engine'
import type { Exchange } from './exchange.ts'

/** Whether the operation that a request is for may have a status in place of its usual one. */
export function createStatusCheck(operations: readonly RestOperation[]) {
  const statuses = new Map(
    operations.map(({ method, template, otherStatuses }) => [
      `${method} ${template.path}`,
      otherStatuses,
    ]),
  )
  return (status: SuccessStatus, { method, route = '' }: Exchange): boolean => {
    const others = statuses.get(`${method === 'HEAD' ? 'GET' : method} ${route}`)
    return others !== undefined && others.includes(status)
  }
}
