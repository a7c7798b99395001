import { z } from 'zod'
import type { SettingsShape } from '../define-api.ts'

/**
 * Checks the settings of the app's own.
 *
 * @returns what they are, and a problem for each that is missing or can't be used; none shows a value
 */
export function ownSettings(
  shape: SettingsShape,
  env: Readonly<Record<string, string>>,
): { readonly values: Readonly<Record<string, unknown>>; readonly problems: readonly string[] } {
  const parsed = z.object(shape).safeParse(env)
  if (parsed.success) return { values: parsed.data, problems: [] }
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    if (env[name] !== undefined) return `${name}: can't be used: ${message}`
    const { description } = shape[name]?.meta() ?? {}
    return `${name}: is required${description === undefined ? '' : `, ${description}`}`
  })
  return { values: {}, problems: [...new Set(problems)] }
}
