const MIN_GROWTH_BYTES = 1024

/** Bytes that come in pieces. */
export interface ByteBuffer {
  /** @returns whether there was room */
  readonly add: (piece: Uint8Array) => boolean
  readonly bytes: () => Uint8Array
}

/**
 * Collects up to `maxBytes` in one block of memory. A list of the pieces would cost 200 times their size where a
 * sender makes each of them one byte long.
 */
export function createByteBuffer(maxBytes: number): ByteBuffer {
  let block = new Uint8Array()
  let size = 0

  function grow(needed: number): void {
    const room = Math.max(needed, 2 * block.length, MIN_GROWTH_BYTES)
    const larger = new Uint8Array(Math.min(room, maxBytes))
    larger.set(block.subarray(0, size))
    block = larger
  }

  return {
    add(piece) {
      const needed = size + piece.length
      if (needed > maxBytes) return false
      if (size === 0)
        block = piece as Uint8Array<ArrayBuffer> // most bodies are a single piece, which need not be copied
      else {
        if (needed > block.length) grow(needed)
        block.set(piece, size)
      }
      size = needed
      return true
    },
    bytes: () => block.subarray(0, size),
  }
}
