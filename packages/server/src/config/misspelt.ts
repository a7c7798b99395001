/** Names from here on are so long that two letters may be wrong. */
const LONG = 8
/** Shorter names are too much like others. */
const SHORT = 4

/** What a system or a shell sets, some of which one letter alone keeps from being a setting of an app. */
const WELL_KNOWN = [
  ...['HOME', 'PATH', 'USER', 'LOGNAME', 'SHELL', 'MAIL', 'TERM', 'LANG', 'DISPLAY', 'HOSTNAME'],
  ...['EDITOR', 'VISUAL', 'PAGER', 'OLDPWD', 'SHLVL', 'TEMP', 'TMPDIR', 'USERNAME'],
]

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
  const missing = names.filter((name) => name.length >= SHORT && !(name in environment))
  const others = Object.keys(environment).filter(
    (name) => !names.includes(name) && !WELL_KNOWN.includes(name),
  )
  return missing.flatMap((name) =>
    others
      .filter((other) => isLike(other.toUpperCase(), name))
      .map((other) => `${other}: is not a setting of this server: did you mean ${name}?`),
  )
}

const isLike = (other: string, name: string) =>
  edits(other, name) <= (name.length < LONG ? 1 : 2) ||
  (other.length >= LONG && name.startsWith(`${other}_`))

/**
 * How many letters must be changed, added, removed or swapped with their neighbours to turn one text into the other
 * (optimal string alignment distance).
 */
function edits(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Infinity
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    rows.push(current)
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      )
    }
  }
  return at(one.length, other.length)
}
