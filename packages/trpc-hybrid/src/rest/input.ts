import { TRPCError } from '@trpc/server'
import { byteTypeIn, entriesOf, type InputObject } from '../procedures/inputs.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { Unfit } from '../errors/router-error.ts'
import { createBodyReader, type Body } from './body.ts'
import type { HybridRequest } from '../request.ts'
import { asInstance } from '../uploads/bytes.ts'
import { MULTIPART } from '../uploads/multipart.ts'
import { pairsOf } from './pairs.ts'
import type { Params } from './route-table.ts'
import { createItemReader, createTextReader, type Texts } from './read-texts.ts'

type Fields = Pick<InputObject, 'fields' | 'others'>
type Entry = readonly [string, unknown]
type ReadEntries = (texts: readonly (readonly [string, Texts])[]) => Entry[]

/** The input of a request; `undefined` where nothing is sent and that is allowed. */
export type ReadInput = (request: HybridRequest, params: Params) => unknown

/**
 * Reads the input of a procedure from a request: its query or its body, and then the parameters of its
 * path, which win. Whether it is valid is for the procedure's own schema to say.
 *
 * @throws {Unfit} where a field can't be read from its place in the request
 */
export function createInputReader(
  { input, template: { names }, from, contentTypes, maxBytes }: RestOperation,
  maxBodyBytes: number,
): ReadInput | undefined {
  if (!input) return undefined
  const isWhole = input.wholes.length > 0 || input.bytes !== undefined
  const nothing = () => (input.optional || isWhole ? undefined : {})
  const readPath = createPathReader(pick(input, (name) => names.includes(name)))
  const others = pick(input, (name) => !names.includes(name))
  if (from === 'query') {
    const readQuery = createQueryReader(others)
    return ({ query }, params) => {
      const entries = [...readQuery(pairsOf(query)), ...readPath(params)]
      return entries.length > 0 ? Object.fromEntries(entries) : nothing()
    }
  }
  const readBody = createBodyReader(contentTypes, maxBytes ?? maxBodyBytes)
  const readFields = createBodyFieldReader(others, {
    takesForms: contentTypes.some((type) => type === FORM || type === MULTIPART),
    readBytes: createBytesReader(input, others),
  })
  return async (request, params) => {
    const body = await readBody(request)
    const path = readPath(params)
    const input = body ? readFields(body) : path.length > 0 ? {} : nothing()
    return path.length > 0 && isObject(input) ? { ...input, ...Object.fromEntries(path) } : input
  }
}

const FORM = 'application/x-www-form-urlencoded'

type ReadBytes = (sent: { readonly bytes: Uint8Array; readonly type: string }) => unknown

/** They are the input, or its only field that is not in the path. */
function createBytesReader({ bytes }: InputObject, { fields }: Fields): ReadBytes {
  if (bytes) return (sent) => asInstance(sent.bytes, { byteType: bytes, type: sent.type })
  const [[name, schema] = []] = Object.entries(fields)
  const byteType = schema && byteTypeIn(schema)
  if (name === undefined || !byteType) return () => ({})
  return (sent) => ({ [name]: asInstance(sent.bytes, { byteType, type: sent.type }) })
}

function pick({ fields, others }: Fields, isWanted: (name: string) => boolean): Fields {
  const wanted = Object.entries(fields).filter(([name]) => isWanted(name))
  return { fields: Object.fromEntries(wanted), others }
}

function createPathReader(fields: Fields): (params: Params) => Entry[] {
  const read = createEntryReader(fields, createItemReader)
  const names = Object.keys(fields.fields)
  if (names.length === 0) return () => []
  return (params) => read(names.map((name) => [name, decode(String(params[name]))]))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause })
  }
}

/** @throws {Unfit} naming the field that a string can't represent */
export function createEntryReader(
  { fields, others }: Fields,
  createReader = createTextReader,
): ReadEntries {
  const readers = new Map(
    Object.entries(fields).map(([name, schema]) => [
      name,
      naming(name, () => createReader(schema)),
    ]),
  )
  const readOther = others && naming('any other', () => createReader(others))
  return (texts) =>
    texts.map(([name, text]) => {
      const read = readers.get(name) ?? readOther
      return [name, read ? read(text) : text]
    })
}

/**
 * As OpenAPI's `deepObject`: an object comes as entries of its own, `filter[status]=open&filter[tag]=a`. It holds
 * no other object.
 *
 * @throws {Unfit} naming the field that a string can't represent
 */
function createQueryReader({ fields, others }: Fields): ReadEntries {
  const deep = new Map<string, ReadEntries>()
  for (const [name, schema] of Object.entries(fields)) {
    const entries = entriesOf(schema)
    if (entries)
      deep.set(
        name,
        naming(name, () => createEntryReader(entries)),
      )
  }
  const readFlat = createEntryReader(pick({ fields, others }, (name) => !deep.has(name)))
  if (deep.size === 0) return readFlat
  return (texts) => {
    const groups = new Map<string, (readonly [string, Texts])[]>()
    const flat = texts.filter(([name, text]) => {
      const mark = name.endsWith(']') ? name.indexOf('[') : -1
      const parent = name.slice(0, Math.max(mark, 0))
      if (!deep.has(parent)) return true
      const group = groups.get(parent) ?? []
      groups.set(parent, group)
      group.push([name.slice(mark + 1, -1), text])
      return false
    })
    const objects = [...groups].map(([name, group]): Entry => [
      name,
      Object.fromEntries(deep.get(name)?.(group) ?? []),
    ])
    return [...readFlat(flat), ...objects]
  }
}

function naming<T>(name: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof Unfit) throw new Unfit(`its field ${name}: ${error.message}`)
    throw error
  }
}

/** JSON is left as it is: the schema of what is sent reads it. */
function createBodyFieldReader(
  fields: Fields,
  { takesForms, readBytes }: { readonly takesForms: boolean; readonly readBytes: ReadBytes },
): (body: Body) => unknown {
  const readForm = takesForms ? createEntryReader(fields) : () => []
  return (body) => {
    if ('form' in body) return Object.fromEntries(readForm(Object.entries(body.form)))
    return 'bytes' in body ? readBytes(body) : body.json
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
