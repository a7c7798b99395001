import { TRPCError, type AnyProcedure } from '@trpc/server'
import type { z } from 'zod'
import { defaultTransformer, type AnyMiddlewareFunction } from '../trpc/internals.ts'
import type { AnyRouter } from '@trpc/server'
import type { Call, CallProcedure } from './call.ts'
import { inputsOf, isSchema } from './inputs.ts'
import { mapProcedures, withMiddlewares } from './map-procedures.ts'
import { createInputParser, type ParseInput } from './parse-input.ts'
import { Unfit, type Problems } from '../errors/router-error.ts'
import { holds } from './known-parts.ts'
import { createStandardParser, isStandardSchema } from './standard-schema.ts'
import { isZod3, ZOD_3 } from './zod-3.ts'

/** A step of a chain that parses the input, and by what. Our own way to run a chain calls that alone. */
export type InputStep = AnyMiddlewareFunction & { readonly parseInput: ParseInput }

/**
 * The same router, whose procedures take what was sent, over REST and RPC alike: in their chains, each schema of
 * zod is replaced by that of what is sent. The given router is not changed. Schemas without end,
 * and those of zod 3, are problems.
 */
export function withSentInputs(router: AnyRouter, problems: Problems): AnyRouter {
  const named = namedProcedures(router)
  const changed = problems.collect(
    named,
    ({ procedure }) => [procedure, withSentInput(procedure)] as const,
  )
  const byProcedure = new Map<AnyProcedure, CallProcedure>(changed)
  return mapProcedures(router, (procedure) => byProcedure.get(procedure) ?? procedure)
}

/** The procedures that take a big integer, where no transformer lets a client of tRPC send one. */
export function unsendableBigints(router: AnyRouter): string[] {
  if (router._def._config.transformer !== defaultTransformer) return []
  return namedProcedures(router)
    .filter(({ procedure }) =>
      inputsOf(procedure).some((schema) => isSchema(schema) && holds(schema, isBigint)),
    )
    .map(({ name }) => name)
}

const isBigint = ({ _zod: zod }: z.core.$ZodType) => zod.def.type === 'bigint'

type Procedure = AnyProcedure & CallProcedure

function namedProcedures(router: AnyRouter) {
  const procedures = Object.entries(router._def.procedures as unknown as Record<string, Procedure>)
  return procedures.map(([name, procedure]) => ({ name, procedure }))
}

function withSentInput(procedure: Procedure): CallProcedure {
  const schemas = inputsOf(procedure)
  if (schemas.length === 0) return procedure
  let at = 0
  return withMiddlewares(procedure, (given) => {
    if (given._type !== 'input') return given
    const schema: unknown = schemas[at++]
    if (isZod3(schema)) throw new Unfit(`its .input() is ${ZOD_3}`)
    if (isSchema(schema)) return createInputStep(createInputParser(schema))
    return isStandardSchema(schema) ? createInputStep(createStandardParser(schema)) : given
  })
}

/** As tRPC's own, but for how it parses. */
function createInputStep(parseInput: ParseInput): InputStep {
  const step = async ({
    getRawInput,
    input,
    next,
  }: Call & { next: (changes: object) => unknown }) =>
    next({ input: await parsed(parseInput, { getRawInput, input }) })
  return Object.assign(step, { _type: 'input', parseInput }) as unknown as InputStep
}

/**
 * The input as it is after a step that parses it. The fields of several inputs come together.
 *
 * @throws {TRPCError} `BAD_REQUEST` for what does not fit
 */
export async function parsed(
  parseInput: ParseInput,
  { getRawInput, input }: Pick<Call, 'getRawInput' | 'input'>,
): Promise<unknown> {
  const raw = await getRawInput()
  let value: unknown
  try {
    value = await parseInput(raw)
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause })
  }
  return isFields(input) && isFields(value) ? Object.assign({}, input, value) : value
}

const isFields = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
