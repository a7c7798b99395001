import type { Texts } from '../rest/read-texts.ts'

/** What a form has by the names of its fields. A file field that was left empty (HTML §4.10.21.4) is not there. */
export function formFields(form: FormData): readonly (readonly [string, Texts])[] {
  const fields = new Map<string, (string | File)[]>()
  for (const [name, value] of form as Iterable<[string, string | File]>) {
    if (isLeftEmpty(value)) continue
    const values = fields.get(name)
    const safe = typeof value === 'string' ? value : withSafeName(value)
    if (values) values.push(safe)
    else fields.set(name, [safe])
  }
  return [...fields].map(([name, values]) => {
    const [first] = values
    return [name, values.length === 1 && first !== undefined ? first : values]
  })
}

const isLeftEmpty = (value: string | File) =>
  typeof value !== 'string' && value.name === '' && value.size === 0

const MAX_NAME = 255

/** A name is the sender's: without folders and control characters it can at least be none of another place. */
function withSafeName(file: File): File {
  const name = safeFileName(file.name)
  if (name === file.name) return file
  const { type, lastModified } = file
  return new File([file], name, { type, lastModified })
}

export function safeFileName(name: string): string {
  const [last = ''] = name.split(/[/\\]/).slice(-1)
  const safe = last
    .replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '')
    .slice(0, MAX_NAME)
  return /^\.*$/.test(safe.trim()) ? '' : safe
}
