/** Who takes how much of a memory. */
export interface Shares {
  /**
   * Gives `owner` room for `item`.
   *
   * @returns the owner's oldest items, which have to be removed to make room for it
   */
  take(owner: string | undefined, item: string, size: number): string[]
  /** Does nothing if the item was removed already. */
  release(owner: string | undefined, item: string): void
}

interface Share {
  /** Sizes by item, the oldest first. */
  readonly sizes: Map<string, number>
  total: number
}

/** @param max what the items of one owner may take together; those without an owner count as one owner's */
export function createShares(max: number): Shares {
  const shares = new Map<string | undefined, Share>()

  function remove(share: Share, item: string): void {
    share.total -= share.sizes.get(item) ?? 0
    share.sizes.delete(item)
  }

  return {
    take(owner, item, size) {
      const share = shares.get(owner) ?? { sizes: new Map<string, number>(), total: 0 }
      const gone: string[] = []
      for (const oldest of share.sizes.keys()) {
        if (share.total + size <= max) break
        remove(share, oldest)
        gone.push(oldest)
      }
      share.sizes.set(item, size)
      share.total += size
      shares.set(owner, share)
      return gone
    },
    release(owner, item) {
      const share = shares.get(owner)
      if (!share) return
      remove(share, item)
      if (share.sizes.size === 0) shares.delete(owner)
    },
  }
}
