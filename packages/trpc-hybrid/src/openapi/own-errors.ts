import { Unfit } from '../errors/router-error.ts'
import { statusText } from '../errors/status-text.ts'
import type { RestMeta } from '../procedures/meta.ts'

/**
 * The errors that a meta names, by status, with the message of each. A list has only statuses, whose standard texts
 * are the messages.
 *
 * @throws {Unfit} for what is no status of an error
 */
export function errorsOf(declared: RestMeta['errorResponses'] = {}): Record<number, string> {
  const errors = isList(declared)
    ? Object.fromEntries(declared.map((status) => [status, statusText(status)]))
    : declared
  const wrong = Object.keys(errors).find((status) => !/^[45]\d\d$/.test(status))
  if (wrong === undefined) return errors
  throw new Unfit(`its errorResponses have ${wrong}: write statuses from 400 to 599`)
}

const isList = (declared: object): declared is readonly number[] => Array.isArray(declared)
