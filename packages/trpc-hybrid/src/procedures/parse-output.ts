import { getParseFn, type Parser } from '../trpc/internals.ts'
import { compiledFirst } from './compiled.ts'
import { isSchema } from './inputs.ts'

/** What an output becomes, or a promise of it. @throws what tRPC's own parsing does, for what does not fit */
export type ParseOutput = (value: unknown) => unknown

/** As tRPC parses an output. */
export function createOutputParser(output: Parser): ParseOutput {
  const parse: ParseOutput = getParseFn(output)
  return isSchema(output) ? compiledFirst(() => output, parse) : parse
}
