import type { AnyProcedure, AnyRouter } from '@trpc/server'
import { FeatureError } from '../errors/feature-error.ts'
import type { Problems } from '../errors/router-error.ts'
import { fileTypeOf } from '../file-output.ts'
import { byteTypeIn, isSchema } from '../procedures/inputs.ts'
import { mapProcedures } from '../procedures/map-procedures.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { defaultTransformer } from '../trpc/internals.ts'

interface Routed {
  readonly operations: readonly RestOperation[]
}

/** Tells of each procedure that has no route but RPC, and whose output RPC can't carry. */
export function requireCarriable(
  router: AnyRouter,
  { operations, problems }: Routed & { readonly problems: Problems },
): void {
  const routed = new Set(operations.map(({ name }) => name))
  const known = new Set(problems.names)
  const procedures = Object.entries(router._def.procedures as Record<string, AnyProcedure>)
  for (const [name, procedure] of procedures) {
    if (routed.has(name) || known.has(name) || !isUncarriable(procedure, router)) continue
    problems.add(
      { name },
      'its output is a file, which RPC can\'t carry: give it a REST route by its openapi meta, and write .output(fileOutput("application/pdf"))',
    )
  }
}

function isUncarriable(procedure: AnyProcedure, router: AnyRouter): boolean {
  const { output } = procedure._def as { output?: unknown }
  if (!isSchema(output)) return false
  const type = byteTypeIn(output)
  const hasTransformer = router._def._config.transformer !== defaultTransformer
  return fileTypeOf(output) !== undefined || (type === 'Uint8Array' ? !hasTransformer : !!type)
}

/** The same router, in which procedures that answer with a file are not run: their caller is told their route. */
export function withoutFiles(router: AnyRouter, { operations }: Routed): AnyRouter {
  const files = operations.filter(({ fileType }) => fileType !== undefined)
  if (files.length === 0) return router
  const routes = new Map(
    files.map(({ procedure, method, template }) => [procedure, `${method} ${template.path}`]),
  )
  return mapProcedures(router, (procedure) => {
    const route = routes.get(procedure)
    if (route === undefined) return procedure
    return () =>
      Promise.reject(new FeatureError('invalid', `A file is not served over RPC: ask for ${route}`))
  })
}
