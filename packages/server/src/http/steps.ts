import type { RequestHandler } from 'express'
import { isThenable } from 'trpc-hybrid/engine'
import { Exchange, type Step } from './exchange.ts'

/**
 * One step that takes several in turn. As handlers of Express they would have their path matched again for each,
 * which costs 0.3 µs.
 */
export function compose(steps: readonly Step[]): Step {
  return (exchange, next) => {
    let index = 0
    const fail = (thrown: unknown): void => {
      next(thrown || new Error('A step failed without an error'))
    }
    const proceed = (error?: unknown): void => {
      const step = error ? undefined : steps[index++]
      if (!step) {
        next(error)
        return
      }
      try {
        const done = step(exchange, proceed)
        if (isThenable(done)) done.then(undefined, fail)
      } catch (thrown) {
        fail(thrown)
      }
    }
    proceed()
  }
}

const KEY = 'exchange'

/** The first handler of a request: makes its exchange, which the handlers of Express behind it find. */
export function beginWith(step: Step): RequestHandler {
  return (req, res, next) => {
    const exchange = new Exchange(req, res)
    res.locals[KEY] = exchange
    return step(exchange, next)
  }
}

/** A step as a handler of Express, behind `beginWith`. */
export function asHandler(step: Step): RequestHandler {
  return (_req, res, next) => step(exchangeOf(res), next)
}

export const exchangeOf = ({ locals }: { readonly locals: object }): Exchange =>
  (locals as { readonly [KEY]: Exchange })[KEY]
