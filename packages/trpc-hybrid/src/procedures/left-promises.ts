/** How many values of a result are looked at. Few results have as many, and it bounds the time to some 10 µs. */
const MAX_VALUES = 1_000

const ignore = () => undefined

/** The engine's own, whatever the global `Promise` is: that of a lazy promise would begin its work. */
const { then: nativeThen } = Object.getPrototypeOf((async () => Promise.resolve())()) as {
  readonly then: (
    this: unknown,
    onFulfilled: (value: unknown) => void,
    onRejected: () => void,
  ) => void
}

/**
 * Takes care of the promises in what a procedure returned: nobody may ever wait for them, because the answer is
 * refused, can't hold them, or lost its reader. A rejection that nobody awaits would end the process. Whoever does
 * wait for one still sees it reject.
 *
 * Looks into arrays, maps, sets and plain objects, as what streams an answer does, and into what the promises
 * found bring. Queries that begin when somebody awaits them are not begun.
 */
export function adoptPromises(result: unknown): void {
  if (typeof result !== 'object' || result === null) return
  adoptIn(result, MAX_VALUES)
}

/** The same for the items of a stream: its reader may leave between one's arrival and its use. */
export function adoptItems(items: AsyncIterable<unknown>): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]()
      return {
        // not `async`, which keeps 500 bytes more as long as a stream waits for an item
        next: () => Promise.resolve(iterator.next()).then(adoptItem),
        async return(value?: unknown) {
          return (await iterator.return?.(value)) ?? { done: true, value }
        },
      }
    },
  }
}

function adoptItem(result: IteratorResult<unknown>): IteratorResult<unknown> {
  adoptPromises(result.value)
  return result
}

/** @returns how many values may still be looked at */
function adoptIn(value: object, room: number): number {
  try {
    if (Array.isArray(value)) return adoptEach(value, room)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return adoptFields(value, room)
    if ('then' in value) nativeThen.call(value, adoptPromises, ignore)
    else if (value instanceof Map || value instanceof Set) return adoptEach(value.values(), room)
  } catch {
    // a proxy, or a promise of some library, which `nativeThen` refuses before it has asked it for anything: what
    // reads the result for the answer meets it too, and can tell
  }
  return room
}

function adoptEach(values: Iterable<unknown>, room: number): number {
  let left = room
  for (const value of values) {
    if (left <= 0) break
    left--
    if (typeof value === 'object' && value !== null) left = adoptIn(value, left)
  }
  return left
}

function adoptFields(fields: object, room: number): number {
  let left = room
  for (const name in fields) {
    if (left <= 0) break
    left--
    const value = read(fields, name)
    if (typeof value === 'object' && value !== null) left = adoptIn(value, left)
  }
  return left
}

/** @returns `undefined` for a getter that throws, which the fields after it are not to suffer for */
function read(fields: object, name: string): unknown {
  try {
    return fields[name as keyof typeof fields]
  } catch {
    return undefined
  }
}
