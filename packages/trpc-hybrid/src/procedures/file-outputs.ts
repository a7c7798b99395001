import type { z } from 'zod'
import { Unfit } from '../errors/router-error.ts'
import { byteTypeIn } from './inputs.ts'
import { fileTypeOf } from '../file-output.ts'
import { holds } from './known-parts.ts'

/** @throws {Unfit} for an output that is a file without a media type, or has a file in it */
export function requireNoFileOutput(output: z.core.$ZodType): void {
  if (byteTypeIn(output)) {
    throw new Unfit(
      'its output is a file without a media type: write .output(fileOutput("application/pdf"))',
    )
  }
  if (holds(output, (part) => fileTypeOf(part) !== undefined)) {
    throw new Unfit(
      'its output has a file in it: a file is all of an output, and .output(fileOutput(…)) all of its schema',
    )
  }
}
