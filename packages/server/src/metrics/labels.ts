const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A method as a label of a metric or a span: callers can make up any number of methods. */
export function methodLabel(method: string): string {
  return METHODS.includes(method) ? method : 'other'
}
