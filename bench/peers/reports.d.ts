/** A row of eight fields, some 150 bytes long as JSON. */
export function rowOf(at: number): Readonly<Record<string, unknown>>
