import { z } from 'zod'

type Schema = z.core.$ZodType

/** For a union: reads what was sent as each option would, and takes the first option that then fits. */
export function firstThatFits<Sent>(
  options: readonly Schema[],
  readerFor: (option: Schema) => (sent: Sent) => unknown,
): (sent: Sent) => unknown {
  const readers = options.map((option) => ({ option, read: readerFor(option) }))
  return (sent) => {
    for (const { option, read } of readers) {
      const value = read(sent)
      if (takes(option, value)) return value
    }
    return sent
  }
}

function takes(schema: Schema, value: unknown): boolean {
  try {
    return z.core.safeParse(schema, value).success
  } catch {
    return false // an asynchronous check: whether it takes the value can't be known here
  }
}
