import { normalizePath } from './normalize-path.ts'
import { Unfit } from '../errors/router-error.ts'

/** A segment with parameters: `v{major}.{minor}` has the literals `v`, `.` and an empty one. */
export interface Pattern {
  readonly names: readonly string[]
  /** One more than there are names. */
  readonly literals: readonly string[]
}

/** A path of OpenAPI, such as `/reports/{id}`, in its segments. */
export interface PathTemplate {
  /** As it is written, but normalized, and without a slash at its end. */
  readonly path: string
  readonly segments: readonly (string | Pattern)[]
  readonly names: readonly string[]
  /** The same for two templates that differ only in the names of their parameters. */
  readonly shape: string
}

/** What may stand in a path without being encoded (RFC 3986 §3.3, `pchar`). */
const LITERAL = /^(?:[\w.~!$&'()*+,;=:@-]|%[\dA-F]{2})*$/i

/**
 * @throws {Unfit} for a text that is not a path template of OpenAPI, or a template that can't be told from
 *   others
 */
export function parseTemplate(written: string): PathTemplate {
  if (!written.startsWith('/')) throw new Unfit(`its path ${written} must begin with a slash`)
  const path = normalizePath(written.replace(/(.)\/$/, '$1'))
  const segments = path.slice(1).split('/').map(parseSegment)
  if (path !== '/' && path.slice(1).split('/').some(isNoSegment)) {
    throw new Unfit(`its path ${written} has an empty segment, or one of dots alone`)
  }
  const names = segments.flatMap((segment) => (typeof segment === 'string' ? [] : segment.names))
  if (new Set(names).size < names.length) {
    throw new Unfit(`its path ${written} has a parameter twice: name each once`)
  }
  return { path, segments, names, shape: path.replaceAll(/\{[^{}]+\}/g, '{}') }
}

/** Whether a path is `other`, or one below it. */
export const isAtOrBelow = (path: string, other: string) =>
  path.startsWith(other) && (path[other.length] ?? '/') === '/'

const isNoSegment = (text: string) => ['', '.', '..'].includes(text)

/** How Express and others write a parameter. */
const COLON = /^:([A-Za-z_]\w*)$/

function parseSegment(segment: string): string | Pattern {
  const [, colonName] = COLON.exec(segment) ?? []
  if (colonName !== undefined) {
    throw new Unfit(`its path has ${segment}: write {${colonName}}`)
  }
  const names = [...segment.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name)
  const literals = segment.split(/\{[^{}]+\}/)
  for (const literal of literals) {
    if (LITERAL.test(literal)) continue
    throw new Unfit(
      `"${literal}" in its path can't be matched: write parameters as {name}, and percent-encode what a URL can't hold`,
    )
  }
  if (literals.slice(1, -1).includes('')) {
    throw new Unfit(`"${segment}" in its path has no text between two parameters: put one there`)
  }
  return names.length === 0 ? segment : { names, literals }
}

/**
 * The parameters of a segment, still encoded. Each has at least one character, and as few as possible. This
 * is not a regular expression, because one with two parameters can take quadratic time.
 */
export function matchPattern({ literals }: Pattern, segment: string): string[] | undefined {
  const [first = '', ...rest] = literals
  const last = rest.pop() ?? ''
  if (!segment.startsWith(first) || !segment.endsWith(last)) return undefined
  const values: string[] = []
  let from = first.length
  for (const literal of rest) {
    const at = segment.indexOf(literal, from + 1)
    if (at === -1) return undefined
    values.push(segment.slice(from, at))
    from = at + literal.length
  }
  const end = segment.length - last.length
  return from < end ? [...values, segment.slice(from, end)] : undefined
}
