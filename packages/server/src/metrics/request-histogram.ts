import { Histogram, type Registry } from 'prom-client'
import type { FinishedRequest, RequestObserver } from '../http/observation.ts'
import { methodLabel } from './labels.ts'

const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

type Route = FinishedRequest['route']
type Status = FinishedRequest['status']
type Child = Histogram.Internal<string>

/**
 * Measures requests by route, method and status. The child of each combination is kept, so that no
 * request builds or checks labels.
 */
export function createRequestHistogram(registry: Registry): RequestObserver {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests, from the end of their headers to the end of their response',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  })
  const children = new Map<Route, Map<string, Map<Status, Child>>>()

  function addChild({ route, status }: FinishedRequest, method: string): Child {
    const methods = children.get(route) ?? new Map<string, Map<Status, Child>>()
    const statuses = methods.get(method) ?? new Map<Status, Child>()
    const child = durations.labels(method, route ?? 'unmatched', String(status))
    children.set(route, methods.set(method, statuses.set(status, child)))
    return child
  }

  return (request) => {
    const { route, status, durationMs } = request
    const method = methodLabel(request.method)
    const child = children.get(route)?.get(method)?.get(status) ?? addChild(request, method)
    child.observe(durationMs / 1000)
  }
}
