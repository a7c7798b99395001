import { describe, expect, it } from 'vitest'
import { median, ratio, spread } from '../statistics.ts'

describe('median', () => {
  it('takes the middle value for the median, and the mean of the two middle ones of an even count', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([10, 1, 3, 5])).toBe(4)
  })

  it('refuses to tell the median of no values', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

describe('spread', () => {
  it('tells the spread as the distance of the outermost values, as a part of the median', () => {
    expect(spread([90, 100, 120])).toBeCloseTo(0.3)
  })
})

describe('ratio', () => {
  it('compares values of the same round, so that a slow round of both changes nothing', () => {
    expect(ratio([200, 20, 200], [100, 10, 100])).toBe(2)
  })
})
