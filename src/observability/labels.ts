const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A method as it may stand in a metric or a span: callers can send more of them than is good for one. */
export function methodLabel(method: string): string {
  return METHODS.includes(method) ? method : 'other'
}
