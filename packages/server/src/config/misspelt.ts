/** Shorter names are too much like others, such as `HOST` and `HOME`. */
const MIN_LENGTH = 8
const MAX_EDITS = 2

/**
 * Warns of variables whose names differ from one of ours by case or by a letter or two, or are only its beginning,
 * where ours is not set.
 *
 * @param names of all settings
 */
export function findMisspelt(
  environment: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string[] {
  const missing = names.filter((name) => name.length >= MIN_LENGTH && !(name in environment))
  const others = Object.keys(environment).filter((name) => !names.includes(name))
  return missing.flatMap((name) =>
    others
      .filter((other) => isLike(other.toUpperCase(), name))
      .map((other) => `${other}: is not a setting of this server, is ${name} meant?`),
  )
}

const isLike = (other: string, name: string) =>
  edits(other, name) <= MAX_EDITS || (other.length >= MIN_LENGTH && name.startsWith(`${other}_`))

/** How many letters must be changed, added or removed to turn one text into the other (Levenshtein distance). */
function edits(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > MAX_EDITS) return Infinity
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const [left = 0, up = 0, diagonal = 0] = [
        current[column - 1],
        above[column],
        above[column - 1],
      ]
      const same = one[row - 1] === other[column - 1]
      current.push(same ? diagonal : 1 + Math.min(left, up, diagonal))
    }
    above = current
  }
  return above[other.length] ?? Infinity
}
