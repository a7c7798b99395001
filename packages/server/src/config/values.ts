type Environment = Readonly<Record<string, string | undefined>>
type Values = Readonly<Record<string, string>>

/** Removes the blanks, CRs and newlines that people's tools leave around values, and drops blank values. */
export function cleanValues(environment: Environment): Values {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value = '']) => {
      const text = value.trim()
      return text === '' ? [] : [[name, text]]
    }),
  )
}

/** Quotes belong to a shell. If they arrive as part of a value, something in between did not interpret them. */
export const isQuoted = (text: string) => /^["'`]|["'`]$/.test(text)

/**
 * A warning for each of our own names whose value has a `${NAME}` in it. Neither dotenv nor systemd nor Docker's
 * `--env-file` puts anything in its place.
 */
export function warnOfReferences(values: Values, names: readonly string[]): string[] {
  return names
    .filter((name) => /\$\{\w+\}/.test(values[name] ?? ''))
    .map(
      (name) => `${name}: has ${REFERENCE} in it, which is taken as it is: write the value itself`,
    )
}

const REFERENCE = '${…}'

/** What Kubernetes sets in each pod for a Service named `metrics`: `METRICS_PORT=tcp://10.0.0.1:9464`. */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//

/**
 * Drops what is meant for other programs. @returns the rest, and a warning for each of our own names that
 * was dropped
 */
export function dropServiceLinks(
  values: Values,
  names: readonly string[],
): { values: Values; warnings: string[] } {
  const links = names.filter(
    (name) => name.endsWith('_PORT') && SERVICE_LINK.test(values[name] ?? ''),
  )
  return {
    values: Object.fromEntries(Object.entries(values).filter(([name]) => !links.includes(name))),
    warnings: links.map(
      (name) =>
        `${name}: is passed over, since it holds what Kubernetes sets for a Service of that name (see enableServiceLinks)`,
    ),
  }
}
