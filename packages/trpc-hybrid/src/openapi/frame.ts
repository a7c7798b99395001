import { generateOpenApiDocument, type OpenAPIObject, type OpenApiRouter } from 'trpc-openapi'
import { Unfit, type Problems } from '../errors/router-error.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { withCorrections } from './corrections.ts'
import type { OpenApiInfo } from './document.ts'
import { checkOutput, explainOutput, sharedId, tidied, type CheckedOutput } from './json-schema.ts'

interface FrameOptions {
  /** What it says of the API, for trpc-openapi. */
  readonly frame: OpenApiInfo & { readonly openApiVersion: '3.1.0'; readonly baseUrl: string }
  readonly problems: Problems
}

interface Framed {
  /** An `OpenAPIObject` of trpc-openapi, whose types stay inside of the package. */
  readonly document: object
  readonly described: readonly RestOperation[]
}

/** How many operations trpc-openapi describes in one step. */
const STEP = 50

/**
 * The frame, as trpc-openapi writes it. If trpc-openapi fails, it is called for each operation alone, to
 * find and name those that it can't describe.
 */
export function* describeFrame(
  operations: readonly RestOperation[],
  { frame, problems }: FrameOptions,
): Generator<undefined, Framed> {
  const checkId = createIdCheck()
  const outputs = new Map<RestOperation['output'], CheckedOutput>()
  const checked: Checked[] = []
  for (const rest of operations) {
    problems.attempt(rest, () => {
      const output = outputs.get(rest.output) ?? checkOutput(rest.output)
      outputs.set(rest.output, output)
      checkId(rest.name, output)
      checked.push({ rest, corrections: output.corrections })
    })
    yield
  }
  try {
    return yield* describeParts(checked, frame)
  } catch (error) {
    const fit = checked.filter(({ rest }) =>
      problems.attempt(rest, () => {
        try {
          return generateOpenApiDocument(routerOf([rest]), frame)
        } catch (cause) {
          throw new Unfit(`it can't be described: ${explainOutput(cause)}`)
        }
      }),
    )
    if (fit.length === checked.length) throw error
    return yield* describeParts(fit, frame)
  }
}

interface Checked {
  readonly rest: RestOperation
  readonly corrections: CheckedOutput['corrections']
}

type Frame = FrameOptions['frame']

/**
 * Some operations at a time. Schemas that refer to themselves and have no name are numbered by zod-openapi: those of
 * two parts would have the same numbers, so these are described at once.
 */
function* describeParts(checked: readonly Checked[], frame: Frame): Generator<undefined, Framed> {
  const described = checked.map(({ rest }) => rest)
  let document = describePart(checked.slice(0, STEP), frame)
  for (let at = STEP; at < checked.length; at += STEP) {
    yield
    if (hasNumbered(document)) return { document: describePart(checked, frame), described }
    document = joined(document, describePart(checked.slice(at, at + STEP), frame))
  }
  return { document, described }
}

function describePart(some: readonly Checked[], frame: Frame): OpenAPIObject {
  const corrections = new Map(some.flatMap((one) => [...one.corrections]))
  const router = routerOf(some.map(({ rest }) => rest))
  const write = () => structuredClone(generateOpenApiDocument(router, frame))
  return tidied(withCorrections(corrections, write)) as OpenAPIObject
}

const routerOf = (some: readonly RestOperation[]) =>
  ({
    _def: { procedures: Object.fromEntries(some.map(withoutInput)) },
  }) as unknown as OpenApiRouter

const hasNumbered = ({ components }: OpenAPIObject) =>
  Object.keys(components?.schemas ?? {}).some((name) => name.startsWith('__'))

/** The first one, with what the other has too. */
function joined(document: OpenAPIObject, other: OpenAPIObject): OpenAPIObject {
  const paths = (document.paths ??= {})
  for (const [path, item] of Object.entries(other.paths ?? {})) {
    paths[path] = Object.assign(paths[path] ?? {}, item)
  }
  const components = (document.components ??= {})
  components.schemas = Object.assign(components.schemas ?? {}, other.components?.schemas)
  return document
}

/** Two schemas of the same id would be one component, however alike they are: zod then describes neither. */
function createIdCheck(): (owner: string, output: CheckedOutput) => void {
  const known = new Map<string, { readonly schema: unknown; readonly owner: string }>()
  return (owner, { named }) => {
    for (const [id, schema] of named) {
      const other = known.get(id)
      if (other && other.schema !== schema) throw sharedId(id, `here and in ${other.owner}`)
      known.set(id, other ?? { schema, owner })
    }
  }
}

/** Errors are described here, so that it need not. */
function withoutInput({ name, procedure, meta, output, template: { path } }: RestOperation) {
  const deprecated = meta.deprecated && true
  const openapi = { ...meta, path, deprecated, errorResponses: {} }
  return [name, { _def: { ...procedure._def, output, inputs: [], meta: { openapi } } }] as const
}
