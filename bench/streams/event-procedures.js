import { EventEmitter, on } from 'node:events'
import { setInterval } from 'node:timers'

/** How often every subscriber of `ticks` is sent an event. */
const INTERVAL_MS = 1_000

/**
 * What is subscribed to, the same for every server. `idle` says that it has begun, and waits. `ticks` is written as
 * tRPC's documentation shows it.
 *
 * @param tracked that of the server's own tRPC
 */
export function createEventProcedures(procedure, tracked) {
  const events = new EventEmitter().setMaxListeners(0)
  let id = 0
  setInterval(() => events.emit('tick', { id: ++id, title: 'A report was added' }), INTERVAL_MS)
  return {
    idle: procedure.subscription(async function* ({ signal }) {
      yield 'begun'
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }),
    ticks: procedure.subscription(async function* ({ signal }) {
      yield 'begun'
      for await (const [event] of on(events, 'tick', { signal })) {
        yield tracked(String(event.id), event)
      }
    }),
  }
}
