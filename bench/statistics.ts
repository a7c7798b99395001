/** @throws {RangeError} without values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  if (upper === undefined || lower === undefined) throw new RangeError('No values')
  return (lower + upper) / 2
}

/** How far the values lie apart: highest less lowest, as a part of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}

/**
 * How many times as large the first values are: the median over the rounds, since what disturbs a
 * machine for a while disturbs both values of a round.
 */
export function ratio(values: readonly number[], others: readonly number[]): number {
  const rounds = Math.min(values.length, others.length)
  return median(
    Array.from({ length: rounds }, (_, round) => (values[round] ?? NaN) / (others[round] ?? NaN)),
  )
}
