import { Unfit } from '../errors/router-error.ts'
import { COMPONENTS } from './components.ts'
import type { DescribedInput } from './inputs.ts'
import { sharedId, type Json } from './json-schema.ts'
import { isSameJson } from './same-json.ts'
import { usedComponents } from './used-components.ts'

export type Schemas = Record<string, Json>

/** The schemas that have a name: those of outputs, and those of inputs, which may differ from outputs. */
export class ComponentSchemas {
  readonly #outputs: Schemas
  readonly #inputs: Schemas = {}
  /** The procedures whose inputs they are of. */
  readonly #owners = new Map<string, string>()

  /** Whether an id of the outputs' is one of the server's own. */
  readonly #hasOwn: boolean

  constructor(outputs: Schemas) {
    this.#outputs = outputs
    this.#hasOwn = Object.keys(outputs).some(isOwn)
  }

  get all(): Schemas {
    return { ...this.#outputs, ...this.#inputs }
  }

  /**
   * @param responses of an operation, as they refer to schemas
   * @throws {Unfit} for a schema whose id is one of the server's own
   */
  checkOutput(responses: unknown): void {
    if (!this.#hasOwn) return
    const { schemas = {} } = usedComponents(responses, { schemas: this.#outputs })
    Object.keys(schemas).forEach(refuseOwn)
  }

  /**
   * @param owner the procedure that it is the input of
   * @returns the input with the names that its schemas got
   */
  add(input: DescribedInput, owner: string): DescribedInput {
    const named = this.#renamed(input)
    for (const [name, schema] of Object.entries(named.components)) {
      refuseOwn(name)
      if (!isSameJson(this.#inputs[name] ?? schema, schema)) {
        throw sharedId(name, `here and in ${this.#owners.get(name)}`)
      }
      this.#inputs[name] = schema
      this.#owners.set(name, owner)
    }
    return named
  }

  /**
   * A schema that differs between input and output, for example by a default, gets another name as an input.
   */
  #renamed(input: DescribedInput): DescribedInput {
    const names = Object.keys(input.components).filter((name) => name in this.#outputs)
    const same = names.every((name) => isSameJson(input.components[name], this.#outputs[name]))
    if (same) return input
    const text = names.reduce(
      (json, name) => json.replaceAll(`/schemas/${name}"`, `/schemas/${name}Input"`),
      JSON.stringify(input),
    )
    const renamed = JSON.parse(text) as DescribedInput
    const components = Object.entries(renamed.components).map(([name, schema]) => [
      names.includes(name) ? `${name}Input` : name,
      schema,
    ])
    return { ...renamed, components: Object.fromEntries(components) as Schemas }
  }
}

const isOwn = (name: string) => name in COMPONENTS.schemas

function refuseOwn(name: string): void {
  if (!isOwn(name)) return
  throw new Unfit(
    `a schema of its has the id ${name}, which is one of the server's: choose another`,
  )
}
