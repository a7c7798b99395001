import type { RestOperation } from '../procedures/operations.ts'

/** The id where a meta says none: `reportsById` for the procedure `reports.byId` unless it is said. */
export type OperationIdOf = (procedurePath: string) => string

/** What a generated client calls an operation. */
export const operationIdOf = (
  { name, meta }: Pick<RestOperation, 'name' | 'meta'>,
  idOf: OperationIdOf = methodName,
): string => meta.operationId ?? idOf(name)

const methodName: OperationIdOf = (procedurePath) =>
  procedurePath.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())
