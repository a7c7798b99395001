import type { Running } from '@trpc-hybrid/server'
import type { AppRouter } from './router.ts'

const HOUR_MS = 60 * 60 * 1000

/** Closes the tickets of which nobody has heard for 30 days. @returns how many */
export const closeStale = ({ call }: Pick<Running<AppRouter>, 'call'>): Promise<number> =>
  call({ subject: 'job', permissions: ['close:stale-tickets'] }, ({ tickets }) =>
    tickets.closeStale({ days: 30 }),
  )

/** Runs each job every hour, until the process ends. */
export function startJobs(running: Running<AppRouter>): void {
  const run = () => void closeStale(running).catch(() => undefined) // which the server has logged
  setInterval(run, HOUR_MS).unref()
}
