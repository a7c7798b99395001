/** What is wrong with one procedure. `RouterError` says whose it is. */
export class Unfit extends Error {}

/** A router that can't be served as its procedures say. The message has every problem, by procedure. */
export class RouterError extends Error {
  constructor(problems: readonly string[]) {
    super(
      `The router can't be served over REST:\n${problems.map((text) => `- ${text}`).join('\n')}`,
    )
  }
}

/**
 * Maps each procedure.
 *
 * @throws {RouterError} with all that `make` finds unfit, not the first alone
 */
export function forEachNamed<T extends { readonly name: string }, R>(
  named: readonly T[],
  make: (one: T) => R,
): R[] {
  const problems: string[] = []
  const made = named.flatMap((one) => {
    try {
      return [make(one)]
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      problems.push(`${one.name}: ${error.message}`)
      return []
    }
  })
  if (problems.length > 0) throw new RouterError(problems)
  return made
}
