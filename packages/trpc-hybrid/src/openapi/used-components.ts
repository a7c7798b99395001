type Components = Record<string, Record<string, unknown>>

/** The components that are referred to from `root`, directly or through one another. */
export function usedComponents(root: unknown, components: Components): Components {
  const used = new Map<string, Set<string>>()
  const visit = (value: unknown): void => {
    for (const [, kind = '', name = ''] of referencesIn(value)) {
      const names = used.get(kind) ?? new Set()
      if (names.has(name)) continue
      used.set(kind, names.add(name))
      visit(components[kind]?.[name])
    }
  }
  visit(root)
  return Object.fromEntries(
    Object.entries(components)
      .map(([kind, all]) => [kind, pick(all, used.get(kind))] as const)
      .filter(([, some]) => Object.keys(some).length > 0),
  )
}

function referencesIn(value: unknown): RegExpExecArray[] {
  return [...JSON.stringify(value ?? null).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)]
}

function pick(all: Record<string, unknown>, names: Set<string> | undefined) {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names?.has(name)))
}
