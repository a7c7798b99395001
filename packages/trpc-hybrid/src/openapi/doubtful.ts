import { z } from 'zod'
import { inputsOf, isSchema } from '../procedures/inputs.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { SchemaDoubts } from './schema-doubts.ts'
import { operationIdOf } from './operation-id.ts'
import { errorsOf } from './own-errors.ts'

/**
 * The operations that may have no description. A description takes long and much memory, and this tells without one
 * that most need not be tried: they are of kinds that always have one.
 *
 * @param schemes the names of all security schemes
 */
export function doubtfulOperations(
  operations: readonly RestOperation[],
  { schemes }: { readonly schemes: readonly string[] },
): readonly RestOperation[] {
  const doubts = new SchemaDoubts()
  const doubtful = operations.filter(
    (operation) =>
      schemasIn(operation)
        .map(([schema, side]) => doubts.isSure(schema, side)) // each is looked at, for its ids
        .includes(false) ||
      !isPlain(operation) ||
      !areErrorsSure(operation) ||
      !namesOf(operation).every((name) => schemes.includes(name)),
  )
  const ids = new Set(operations.map((operation) => operationIdOf(operation)))
  return doubts.areIdsApart && ids.size === operations.length ? doubtful : operations
}

type Looked = readonly [schema: RestOperation['output'], side: 'input' | 'output']

function schemasIn({ procedure, headers, meta, output, empty }: RestOperation): readonly Looked[] {
  const sent = [...inputsOf(procedure), ...headers, meta.requestHeaders].filter(isSchema)
  const answered = [empty && isBare(output) ? undefined : output, meta.responseHeaders]
  return [
    ...sent.map((schema): Looked => [schema, 'input']),
    ...answered.filter(isSchema).map((schema): Looked => [schema, 'output']),
  ]
}

const isBare = (schema: RestOperation['output']) =>
  !schema._zod.parent && z.globalRegistry.get(schema) === undefined

/** Whether it has nothing that is described in a way of its own. */
const isPlain = ({ meta, procedure }: RestOperation): boolean =>
  !meta.responseHeaders && inputsOf(procedure).every(isSchema)

const namesOf = ({ guard: { schemes, security = [] } }: RestOperation): readonly string[] => [
  ...schemes,
  ...security.flatMap(Object.keys),
]

function areErrorsSure({ meta }: RestOperation): boolean {
  try {
    errorsOf(meta.errorResponses)
    return true
  } catch {
    return false // the description tells why
  }
}
