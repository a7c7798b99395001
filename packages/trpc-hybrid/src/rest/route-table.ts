import { matchPattern, type PathTemplate, type Pattern } from '../procedures/path-template.ts'

/** The parameters of a path by name, as they are in the URL: percent-encoded. */
export type Params = Readonly<Record<string, string>>

export interface Found<T> {
  /** `undefined` where no template that matches has the method. */
  readonly handler: T | undefined
  /** The template. */
  readonly path: string
  readonly params: Params
  /** Without a handler: the methods of every template that matches. */
  readonly methods: readonly string[]
}

interface Route<T> {
  readonly template: PathTemplate
  readonly methods: Map<string, T>
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>
  readonly patterns: { readonly pattern: Pattern; readonly node: Node<T> }[]
  route?: Route<T>
}

type Matches<T> = Generator<{ readonly route: Route<T>; readonly values: readonly string[] }>

/** How far into a path a search has come, and the values of the parameters that it passed. */
interface Place {
  readonly depth: number
  readonly values: readonly string[]
}
const START: Place = { depth: 0, values: [] }

const NONE: Params = {}

/**
 * Finds what answers a method at a path. Of the templates that match and have the method, the one that
 * stays concrete longest, read from the left, comes first (OpenAPI 3.1, Paths Object).
 */
export class RouteTable<T> {
  readonly #root: Node<T> = createNode()
  /** The templates without a parameter, by their path: found at once, and always first. */
  readonly #concrete = new Map<string, Route<T>>()

  add(template: PathTemplate, method: string, handler: T): void {
    let node = this.#root
    for (const segment of template.segments) node = childFor(node, segment)
    node.route ??= { template, methods: new Map() }
    node.route.methods.set(method, handler)
    if (template.names.length === 0) this.#concrete.set(template.path, node.route)
  }

  /** @param path normalized, without a query and without a slash at its end */
  find(method: string, path: string): Found<T> | undefined {
    const concrete = this.#concrete.get(path)?.methods.get(method)
    if (concrete) return { handler: concrete, path, params: NONE, methods: [] }
    const passed: Route<T>[] = []
    for (const { route, values } of matchesOf(this.#root, path.slice(1).split('/'))) {
      const handler = route.methods.get(method)
      if (handler) return { handler, ...named(route, values), methods: [] }
      passed.push(route)
    }
    const [first] = passed
    if (!first) return undefined
    const methods = new Set(passed.flatMap((route) => [...route.methods.keys()]))
    return { handler: undefined, path: first.template.path, params: NONE, methods: [...methods] }
  }
}

function named<T>({ template: { path, names } }: Route<T>, values: readonly string[]) {
  return { path, params: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])) }
}

const createNode = <T>(): Node<T> => ({ literals: new Map(), patterns: [] })

function childFor<T>({ literals, patterns }: Node<T>, segment: string | Pattern): Node<T> {
  const known =
    typeof segment === 'string'
      ? literals.get(segment)
      : patterns.find(({ pattern }) => sameText(pattern, segment))?.node
  if (known) return known
  const node = createNode<T>()
  if (typeof segment === 'string') literals.set(segment, node)
  else patterns.push({ pattern: segment, node })
  patterns.sort((one, other) => concreteness(other.pattern) - concreteness(one.pattern))
  return node
}

const sameText = (one: Pattern, other: Pattern) =>
  one.literals.join('{}') === other.literals.join('{}')
const concreteness = ({ literals }: Pattern) => literals.join('').length

/** Concrete segments come first. If a node leads nowhere, the search goes back. */
function* matchesOf<T>(node: Node<T>, segments: readonly string[], at: Place = START): Matches<T> {
  const { depth, values } = at
  const segment = segments[depth]
  if (segment === undefined) {
    if (node.route) yield { route: node.route, values }
    return
  }
  const literal = node.literals.get(segment)
  if (literal) yield* matchesOf(literal, segments, { depth: depth + 1, values })
  for (const { pattern, node: next } of node.patterns) {
    const own = matchPattern(pattern, segment)
    if (!own) continue
    yield* matchesOf(next, segments, { depth: depth + 1, values: [...values, ...own] })
  }
}
