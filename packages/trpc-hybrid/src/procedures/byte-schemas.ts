import type { z } from 'zod'

/** What the bytes of a file are given as: an instance of this class. */
export type ByteType = 'File' | 'Blob' | 'Uint8Array' | 'ReadableStream'

const TYPES: readonly ByteType[] = ['File', 'Blob', 'Uint8Array', 'ReadableStream']

/**
 * Which bytes a schema takes: `z.file()`, or `z.instanceof()` of a class of the platform.
 *
 * @returns `undefined` for any other schema, one that only wraps another too
 */
export function byteTypeOf({ _zod: zod }: z.core.$ZodType): ByteType | undefined {
  if (zod.def.type === 'file') return 'File'
  const { Class } = zod.bag as { readonly Class?: { readonly name: string; prototype: unknown } }
  if (zod.def.type !== 'custom' || !Class) return undefined
  return Class.prototype instanceof Uint8Array // Buffer
    ? 'Uint8Array'
    : TYPES.find((name) => name === Class.name)
}

/** Whether a part of a form can be such a value. */
export const isPart = (type: ByteType) => type === 'File' || type === 'Blob'
