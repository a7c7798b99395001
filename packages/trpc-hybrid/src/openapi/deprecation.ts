import type { RestOperation } from '../procedures/operations.ts'
import { resolved } from './responses.ts'
import type { Surroundings } from './description.ts'

const HEADERS: Readonly<Record<string, object>> = {
  deprecation: {
    description:
      'From when on this should not be used: seconds since 1970 after an `@` (RFC 9745).',
    schema: { type: 'string' },
  },
  sunset: {
    description: 'When this will no longer be there (RFC 8594).',
    schema: { type: 'string' },
  },
  link: {
    description: 'With the relation `deprecation`: what to do instead (RFC 8288).',
    schema: { type: 'string' },
  },
}

/** Answers with the headers of a deprecated operation. Those that only refer to a component are written out. */
export function withDeprecation(
  responses: Readonly<Record<string, object>>,
  {
    deprecation,
    components,
  }: Pick<RestOperation, 'deprecation'> & { readonly components: Surroundings['components'] },
): Readonly<Record<string, object>> {
  if (deprecation.length === 0) return responses
  const described = Object.fromEntries(
    deprecation.map(([name, value]) => [nameOf(name), { ...HEADERS[name], example: value }]),
  )
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const written: { readonly headers?: object } = resolved(response, components)
      return [status, { ...written, headers: { ...described, ...written.headers } }]
    }),
  )
}

/** As headers are written. */
const nameOf = (name: string) => name.replace(/^./, (first) => first.toUpperCase())
