const MIN_GROWTH_BYTES = 1024

/** Bytes that come in pieces. */
export interface ByteBuffer {
  /** @returns whether there was room */
  readonly add: (piece: Buffer) => boolean
  readonly bytes: () => Buffer
}

/**
 * Collects up to `maxBytes` in one block of memory. A list of the pieces would cost 200 times their size where a
 * sender makes each of them one byte long.
 */
export function createByteBuffer(maxBytes: number): ByteBuffer {
  let block: Buffer = Buffer.alloc(0)
  let size = 0

  function grow(needed: number): void {
    const room = Math.max(needed, 2 * block.length, MIN_GROWTH_BYTES)
    const larger = Buffer.allocUnsafeSlow(Math.min(room, maxBytes))
    block.copy(larger, 0, 0, size)
    block = larger
  }

  return {
    add(piece) {
      const needed = size + piece.length
      if (needed > maxBytes) return false
      if (size === 0)
        block = piece // most bodies are a single piece, which need not be copied
      else {
        if (needed > block.length) grow(needed)
        piece.copy(block, size)
      }
      size = needed
      return true
    },
    bytes: () => block.subarray(0, size),
  }
}
