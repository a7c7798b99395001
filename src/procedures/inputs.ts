import { TRPCError, type AnyProcedure } from '@trpc/server'
import type { Request } from 'express'
import { z } from 'zod'

/** The part of JSON Schema that says what a text in a URL stands for. */
interface Shape {
  readonly type?: string
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
}

/**
 * Reads the input of a procedure from a request: its query or its JSON body, and over those the
 * parameters of its path. Whether it fits is for the procedure's own schema to say.
 *
 * @param from where the input is beside the path
 * @returns the input, `undefined` for a procedure that takes none
 * @throws {TRPCError} `BAD_REQUEST` for a body that is not an object
 */
export function createInputReader(
  procedure: AnyProcedure,
  from: 'query' | 'body',
): (req: Request) => unknown {
  const schemas = inputsOf(procedure)
  if (schemas.length === 0) return () => undefined
  const properties = Object.assign({}, ...schemas.map(propertiesOf)) as Record<string, Shape>
  const read = (texts: Readonly<Record<string, unknown>>) =>
    Object.entries(texts).map(([name, text]) => [name, fromText(text, properties[name])] as const)
  return (req) =>
    Object.fromEntries([
      ...(from === 'query' ? read(req.query) : Object.entries(bodyOf(req))),
      ...read(req.params),
    ])
}

/** Whether anything of a request is read but its headers. */
export function takesInput(procedure: AnyProcedure): boolean {
  return inputsOf(procedure).length > 0
}

/** tRPC keeps the schemas here at run time but leaves them out of the type. */
function inputsOf({ _def }: AnyProcedure): readonly z.ZodType[] {
  return (_def as unknown as { inputs: readonly z.ZodType[] }).inputs
}

function propertiesOf(schema: z.ZodType): Readonly<Record<string, Shape>> {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape
  return properties ?? {}
}

/** No body at all is an object without properties. */
function bodyOf({ body }: Request): object {
  const value: unknown = body === undefined ? {} : body
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new TRPCError({ code: 'BAD_REQUEST' })
}

/** A URL holds texts only. One that is not what the schema asks for stays as it is, to be refused. */
function fromText(text: unknown, shape: Shape = {}): unknown {
  if (shape.type === 'array') {
    const items: readonly unknown[] = Array.isArray(text) ? text : [text]
    return items.map((item) => fromText(item, shape.items))
  }
  if (typeof text !== 'string') return text
  const types = [shape, ...(shape.anyOf ?? [])].map(({ type }) => type)
  if (types.some((type) => type === 'number' || type === 'integer')) return numberFrom(text)
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

function numberFrom(text: string): number | string {
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : text
}
