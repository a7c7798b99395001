import type { AnyProcedure } from '@trpc/server'
import type { z } from 'zod'
import { Unfit } from '../errors/router-error.ts'
import { byteTypeOf, isPart } from './byte-schemas.ts'
import { byteTypeIn, inputsOf, isSchema } from './inputs.ts'
import { BODY_TYPES, isByteType } from './meta.ts'
import type { RestOperation } from './operations.ts'
import { holds } from './known-parts.ts'

const FORM = 'multipart/form-data'
const TAKE_BYTES = `let its input be bytes, such as z.file(), or an object with one such field that is not in the path`

/** Whether a value of some schema may be the bytes of a file, or have them in it. */
export const holdsFile = (schema: z.core.$ZodType): boolean =>
  holds(schema, (part) => byteTypeOf(part) !== undefined)

/** Whether an input of a procedure has a file in it. */
export const takesFile = (procedure: AnyProcedure): boolean =>
  inputsOf(procedure).some((schema) => isSchema(schema) && holdsFile(schema))

/**
 * @returns the operation itself
 * @throws {Unfit} for a file where none can be sent, and for media types of bytes where there is no file
 */
export function requireRoomForFiles<Operation extends RestOperation>(
  operation: Operation,
): Operation {
  const { input, from, contentTypes, template, procedure } = operation
  if (!takesFile(procedure) && !contentTypes.some(isByteType)) return operation
  if (input && from === 'query') requireNoFile(input, 'a query')
  else if (input?.bytes) requireByteTypes(contentTypes)
  else requireFields(operation)
  const inPath = template.names.find((name) => fileIn(input?.fields[name]))
  if (inPath !== undefined) throw noRoom(inPath, 'a path')
  return operation
}

type Input = NonNullable<RestOperation['input']>

function requireNoFile({ bytes, fields }: Input, place: string): void {
  if (bytes)
    throw new Unfit(`its input is a file, for which ${place} has no room: send it with POST`)
  const name = Object.keys(fields).find((name) => fileIn(fields[name]))
  if (name !== undefined) throw noRoom(name, place)
}

const noRoom = (name: string, place: string) =>
  new Unfit(
    `its field ${name} is a file, for which ${place} has no room: send it with POST, and write contentTypes: ['${FORM}']`,
  )

const fileIn = (schema: z.core.$ZodType | undefined) => schema !== undefined && holdsFile(schema)

function requireByteTypes(contentTypes: readonly string[]): void {
  const other = contentTypes.find((type) => !isByteType(type))
  if (other === undefined) return
  throw new Unfit(
    `its input is a file, which ${other} can't hold: write its media types, such as contentTypes: ['application/octet-stream'], or make it a field of an object and write ['${FORM}']`,
  )
}

function requireFields({ input, contentTypes, template }: RestOperation): void {
  const others = Object.entries(input?.fields ?? {}).filter(
    ([name]) => !template.names.includes(name),
  )
  const [[, only] = []] = others
  const isOneFile = others.length === 1 && only !== undefined && byteTypeIn(only) !== undefined
  if (contentTypes.some(isByteType) && !isOneFile) {
    throw new Unfit(
      `its contentTypes are [${contentTypes.join(', ')}]: write ${BODY_TYPES.join(' or ')}, or ${TAKE_BYTES}`,
    )
  }
  if (input?.wholes.some(holdsFile)) {
    throw new Unfit(
      `its input has a file in it, for which JSON has no room: make it a field of an object, and write contentTypes: ['${FORM}']`,
    )
  }
  const rest = input?.others ? [['any other', input.others] as const] : []
  const files = [...others, ...rest].filter(([, schema]) => holdsFile(schema))
  const [[name] = []] = files
  const text = contentTypes.find((type) => type !== FORM && !isByteType(type))
  if (name !== undefined && text !== undefined) {
    throw new Unfit(
      `its field ${name} is a file, for which ${text} has no room: write contentTypes: ['${FORM}']`,
    )
  }
  if (contentTypes.includes(FORM)) files.forEach(requirePart)
}

function requirePart([name, schema]: readonly [string, z.core.$ZodType]): void {
  const isBytes = (part: z.core.$ZodType) => {
    const type = byteTypeOf(part)
    return type !== undefined && !isPart(type)
  }
  if (holds(schema, isBytes)) {
    throw new Unfit(`its field ${name} is bytes, which a form has as a file: write z.file()`)
  }
}
