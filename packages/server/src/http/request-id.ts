import type { Step } from './exchange.ts'

/** Tells every client the id of its request. */
export const sendRequestId: Step = ({ id, res }, next) => {
  res.setHeader('x-request-id', id)
  next()
}
