/** Texts that come one after the other: a stream without the cost of a web stream, which takes some 10 KB each. */
export interface TextStream {
  /**
   * The next text, `undefined` once there is no more. To be called when the one before has come. Rejects where the
   * stream can't go on.
   */
  readonly read: () => Promise<string | undefined>
  /** Nobody reads on. Without effect once it is over. */
  readonly cancel: () => void
}

/** The same for a host that takes nothing else. */
export function toByteStream(texts: TextStream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const text = await texts.read()
      if (text === undefined) controller.close()
      else controller.enqueue(encoder.encode(text))
    },
    cancel() {
      texts.cancel()
    },
  })
}
