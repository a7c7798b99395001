import { z } from 'zod'
import { createEntryReader } from './rest/input.ts'
import { formFields } from './uploads/form-fields.ts'

/**
 * An input that a typed client sends as `FormData`: without it, the type of a `z.file()` is a `File` in an object,
 * which no client can send. REST takes it as any other object.
 *
 * @throws {Error} for a field that no text and no file can stand for
 * @example .input(formInput(z.object({ title: z.string(), photo: z.file() })))
 */
export function formInput<Fields extends z.ZodObject>(
  fields: Fields,
): z.ZodType<z.output<Fields>, FormData> {
  const read = createEntryReader({ fields: fields.shape, others: fields.def.catchall })
  const toObject = (sent: unknown) =>
    sent instanceof FormData ? Object.fromEntries(read(formFields(sent))) : sent
  return z.preprocess(toObject, fields) as unknown as z.ZodType<z.output<Fields>, FormData>
}
