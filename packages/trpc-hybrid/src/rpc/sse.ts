/** An event as tRPC's clients understand it; their `data` is JSON. */
export interface ServerSentEvent {
  readonly event?: string
  readonly data: string
  readonly id?: string
}

/** As tRPC writes it (HTML Standard, 9.2 Server-sent events). */
export function eventText({ event, data, id }: ServerSentEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`
  return `${name}data: ${data}\n${id === undefined ? '' : `id: ${id}\n`}\n\n`
}

export const PING = eventText({ event: 'ping', data: '' })
/** Clients stop for good at it. */
export const RETURN = eventText({ event: 'return', data: '' })

/**
 * An event without an id, for a client that has one. Its `EventSource` gives such an event the id before it, so the
 * id is taken away, and put back by an event that no client listens to.
 */
export function withoutId(data: string, lastEventId: string): string {
  const restore = { event: 'restore-id', data: '', id: lastEventId }
  return eventText({ data, id: '' }) + eventText(restore)
}
