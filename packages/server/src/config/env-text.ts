import dotenv from 'dotenv'

type Variables = Readonly<Record<string, string>>

/**
 * What the text of a `.env` sets. dotenv takes each `#` outside of quotes for the start of a comment. Shells and
 * Docker take one that has no blank before it for a part of the value, such as `urn:api#prod`, and so do we.
 */
export function parseEnvText(text: string): Variables {
  const variables = dotenv.parse(text)
  return { ...variables, ...valuesWithHash(text, variables) }
}

function valuesWithHash(text: string, variables: Variables): Variables {
  const values = new Map<string, string | undefined>() // the last line of a name counts
  for (const line of text.split(/[\r\n]+/)) {
    const [, name = '', rest = ''] = ASSIGNMENT.exec(line) ?? []
    const [value = ''] = rest.split(/\s#/, 1)
    const isCut = value.includes('#') && variables[name] === value.split('#', 1)[0]?.trim()
    values.set(name, isCut ? value.trim() : undefined)
  }
  return Object.fromEntries(
    [...values].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** A value in quotes says itself where it ends. */
const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)\s*=(?!\s*['"`])(.*)$/
