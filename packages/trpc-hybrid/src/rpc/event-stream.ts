import { isTrackedEnvelope } from '@trpc/server'
import type { TextStream } from '../text-stream.ts'
import { isObject } from '../trpc/internals.ts'
import { eventText, PING, RETURN, withoutId } from './sse.ts'

/** What all subscriptions of a router have in common. */
export interface EventSettings {
  /** The first text of each. */
  readonly connected: string
  /** The most that passes without a text. */
  readonly pingMs: number
  /** What the router's transformer makes of an output. */
  readonly serialize: (data: unknown) => unknown
}

/** What one subscription sends. */
export interface Subscribed {
  readonly items: AsyncIterator<unknown>
  /** The id that its client has already. */
  readonly lastEventId: string | undefined
  /** What the client is told of an error. Throws where it can't be told. */
  readonly formatError: (cause: unknown) => unknown
  /** Has the procedure told that its client has gone. */
  readonly onLeft: () => void
}

type Arrival =
  | { readonly item: IteratorResult<unknown> }
  | { readonly item?: undefined; readonly cause: unknown }

interface Reader {
  readonly resolve: (text: string | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Not in an id that a client can send back. */
const UNSENDABLE = /[\0\n\r]/

/**
 * The events of a subscription, as tRPC's own producer writes them. That one takes four generators, six web streams
 * and a timer for each event, 60 KB for a subscription on which nothing happens.
 */
export class EventStream implements TextStream {
  readonly #subscribed: Subscribed
  readonly #settings: EventSettings
  #lastEventId: string | undefined
  #begun = false
  #over = false
  /** Whether an item was asked for that is not sent yet. */
  #asked = false
  /** It came while a ping was being sent. */
  #arrived: Arrival | undefined = undefined
  #reader: Reader | undefined = undefined
  #readSince = 0
  /** One for many events: it is set anew when it goes off. */
  #timer: ReturnType<typeof setTimeout> | undefined = undefined

  constructor(subscribed: Subscribed, settings: EventSettings) {
    const { lastEventId } = subscribed
    this.#subscribed = subscribed
    this.#settings = settings
    this.#lastEventId = lastEventId && !UNSENDABLE.test(lastEventId) ? lastEventId : undefined
  }

  read(): Promise<string | undefined> {
    if (this.#over) return Promise.resolve(undefined)
    if (!this.#begun) {
      this.#begun = true
      return Promise.resolve(this.#settings.connected)
    }
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject }
      if (this.#arrived) this.#send(this.#arrived, reader)
      else this.#wait(reader)
    })
  }

  cancel(): void {
    if (this.#over) return
    this.#end()
    this.#reader?.resolve(undefined)
    this.#subscribed.onLeft()
    void this.#endItems()
  }

  #wait(reader: Reader): void {
    this.#reader = reader
    this.#readSince = performance.now()
    if (this.#timer === undefined) this.#pingIn(this.#settings.pingMs)
    if (this.#asked) return
    this.#asked = true
    void this.#take()
  }

  #pingIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const reader = this.#reader
      if (!reader) return // it is not quiet: what was sent last is on its way
      const left = this.#readSince + this.#settings.pingMs - performance.now()
      if (left > 0) {
        this.#pingIn(left)
        return
      }
      this.#reader = undefined
      reader.resolve(PING)
    }, ms)
  }

  /** Never rejects. */
  async #take(): Promise<void> {
    let arrival: Arrival
    try {
      arrival = { item: await this.#subscribed.items.next() }
    } catch (cause) {
      arrival = { cause }
    }
    if (this.#over) {
      if (!arrival.item) this.#report(arrival.cause)
    } else if (this.#reader) this.#send(arrival, this.#reader)
    else this.#arrived = arrival
  }

  #send(arrival: Arrival, { resolve, reject }: Reader): void {
    this.#reader = undefined
    this.#arrived = undefined
    this.#asked = false
    try {
      resolve(this.#textOf(arrival))
    } catch (error) {
      this.#end()
      reject(error)
    }
  }

  #textOf(arrival: Arrival): string | undefined {
    const { item } = arrival
    if (!item) return this.#lastText(arrival.cause)
    if (item.done) {
      this.#end()
      return RETURN
    }
    try {
      return this.#eventOf(item.value)
    } catch (cause) {
      void this.#endItems()
      return this.#lastText(cause)
    }
  }

  #eventOf(value: unknown): string {
    const [id, content] = isTrackedEnvelope(value) ? value : [undefined, value]
    const data = JSON.stringify(this.#settings.serialize(content))
    if (id !== undefined) {
      this.#lastEventId = id
      return eventText({ data, id })
    }
    return this.#lastEventId === undefined
      ? eventText({ data })
      : withoutId(data, this.#lastEventId)
  }

  /** None for a procedure that gave up: its client comes back. */
  #lastText(cause: unknown): string | undefined {
    this.#end()
    if (isAbort(cause)) return undefined
    const error = this.#subscribed.formatError(cause) ?? null
    return eventText({
      event: 'serialized-error',
      data: JSON.stringify(this.#settings.serialize(error)),
    })
  }

  #end(): void {
    this.#over = true
    clearTimeout(this.#timer)
  }

  async #endItems(): Promise<void> {
    try {
      await this.#subscribed.items.return?.()
    } catch (cause) {
      this.#report(cause)
    }
  }

  /** Of an error that no client is there to be told of. */
  #report(cause: unknown): void {
    if (isAbort(cause)) return
    try {
      this.#subscribed.formatError(cause)
    } catch {
      // nor of what goes wrong in telling it
    }
  }
}

const isAbort = (cause: unknown) => isObject(cause) && cause['name'] === 'AbortError'
