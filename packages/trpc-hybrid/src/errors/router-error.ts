/** What is wrong with one procedure. `RouterError` says whose it is. */
export class Unfit extends Error {}

/** A router that can't be served as its procedures say. The message has every problem, by procedure. */
export class RouterError extends Error {
  /** Each begins with the name of its procedure. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The router can't be served:\n${problems.map((text) => `- ${text}`).join('\n')}`)
    this.problems = problems
  }
}

interface Named {
  readonly name: string
}

/** What is found unfit in a router, by one check after another. */
export class Problems {
  readonly #found: { readonly name: string; readonly text: string }[] = []

  add({ name }: Named, text: string): void {
    const isKnown = this.#found.some((one) => one.name === name && one.text === text)
    if (!isKnown) this.#found.push({ name, text })
  }

  /** @returns `undefined` where what is made is unfit */
  attempt<T>(named: Named, make: () => T): T | undefined {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      this.add(named, error.message)
      return undefined
    }
  }

  /** Maps each procedure; those that are unfit are left out. */
  collect<T extends Named, R extends object>(named: readonly T[], make: (one: T) => R): R[] {
    return named.flatMap((one) => {
      const made = this.attempt(one, () => make(one))
      return made ? [made] : []
    })
  }

  /** Sorted by procedure, and of each in the order in which they were found. */
  get list(): readonly string[] {
    const sorted = this.#found.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    return sorted.map(({ name, text }) => `${name}: ${text}`)
  }

  /** Of the procedures that have one. */
  get names(): readonly string[] {
    return this.#found.map(({ name }) => name)
  }

  get isEmpty(): boolean {
    return this.#found.length === 0
  }

  /** @throws {RouterError} with all of them, where there is one */
  throwAny(): void {
    if (!this.isEmpty) throw new RouterError(this.list)
  }
}
