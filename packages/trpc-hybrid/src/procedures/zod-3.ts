/** Whether a value is a schema of zod 3, or of `zod/v3`. */
export function isZod3(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || '_zod' in value) return false
  const { _def: def } = value as { _def?: { typeName?: unknown } }
  return typeof def?.typeName === 'string' && def.typeName.startsWith('Zod')
}

export const ZOD_3 = 'a schema of zod 3: write it with zod 4 (import { z } from "zod")'
