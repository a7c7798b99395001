import { promisify } from 'node:util'
import zlib, { type InputType, type ZlibOptions } from 'node:zlib'
import { BodyError } from '../body/body-error.ts'

type Decompress = (bytes: InputType, options: ZlibOptions) => Promise<Buffer>
/** Node.js 22.15 and later. */
type WithZstd = typeof zlib & { readonly zstdDecompress?: typeof zlib.inflate }
const { zstdDecompress } = zlib as WithZstd

const DECOMPRESS: Readonly<Record<string, Decompress>> = {
  gzip: promisify<InputType, ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<InputType, ZlibOptions, Buffer>(zlib.inflate),
  br: promisify<InputType, ZlibOptions, Buffer>(zlib.brotliDecompress),
  ...(zstdDecompress && { zstd: promisify<InputType, ZlibOptions, Buffer>(zstdDecompress) }),
}

export const isCompression = (coding: string) => Object.hasOwn(DECOMPRESS, coding)

/**
 * A body as it was before it was compressed. Nothing is decompressed before all of it has come, so that one that
 * is sent byte by byte costs no more than another, and one that never ends keeps no decompressor.
 *
 * @param coding one for which `isCompression` is true
 * @throws {BodyError} `too_large` as soon as more than `maxBytes` have come out of it, `broken`
 */
export async function decompress(
  bytes: Uint8Array,
  { coding, maxBytes }: { readonly coding: string; readonly maxBytes: number },
): Promise<Uint8Array> {
  try {
    return (await DECOMPRESS[coding]?.(bytes, { maxOutputLength: maxBytes })) ?? bytes
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new BodyError(isLarge ? 'too_large' : 'broken', { cause })
  }
}
