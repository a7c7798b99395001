/** The files of an app that is being made. */
export interface Files {
  /** @throws {Error} where the change changes nothing: then the template is another one than was thought */
  readonly edit: (file: string, change: (text: string) => string) => void
  readonly remove: (file: string) => void
}

/** An API with no procedure yet. */
export function withoutMessages({ edit, remove }: Files): void {
  remove('src/messages')
  remove('test/messages.test.ts')
  remove('test/client.test.ts')
  edit('src/router.ts', (text) =>
    text.replace(/^import .*messages.*\n/m, '').replace(/router\(\{\n(?:.*\n)*?\}\)/, 'router({})'),
  )
  edit('src/trpc.ts', (text) =>
    text
      .replace(/\n\/\*\* Needs a valid access token that holds[^]*$/, '')
      .replace('  requirePermissions,\n', ''),
  )
  edit('src/api.ts', (text) => text.replace(/^ {2}summary: .*\n/m, ''))
}

export function withoutDocs({ edit }: Files): void {
  edit('src/api.ts', (text) => text.replace(/^}\)/m, '  parts: { docs: false },\n})'))
}
