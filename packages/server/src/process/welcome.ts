import type { AnyRouter } from '@trpc/server'
import { createRoutes, guardOf } from 'trpc-hybrid/engine'

interface Addresses {
  /** The API's. */
  readonly title: string
  readonly api: string
  /** Whether there is a docs page. */
  readonly docs: boolean
  /** Where `npm run demo` serves a page. */
  readonly demo?: string | undefined
  /**
   * Three of its routes are shown: the first that is open to all, the first that asks for a token, and the
   * first that asks for a permission.
   */
  readonly router: AnyRouter
  /** `undefined`: tokens come from an issuer of the settings. */
  readonly localIssuer: string | undefined
  /** The arguments of `npm run token` after the person. */
  readonly tokenArguments: readonly string[]
  /** Node's name of the operating system. */
  readonly platform: string
}

/**
 * What `npm run dev` prints once it listens: addresses, and lines to paste into another terminal, a
 * POSIX shell or PowerShell (whose `curl` is another program).
 */
export function welcome(addresses: Addresses): string {
  const { api, docs, demo, localIssuer } = addresses
  const page = docs ? `\n  Docs           ${api}/docs   sign in and try the routes` : ''
  const demoPage = demo
    ? `\n  Demo           ${demo}   once this runs in another terminal: npm run demo`
    : ''
  const issuer = localIssuer
    ? `\n  Local issuer   ${localIssuer}   development only, no account needed`
    : ''
  const lines = requests(addresses).map((line) => `  ${line}\n`)
  const hint = localIssuer ? '' : ', with an access token of your issuer'
  const trial = `\n  Try it from another terminal in this folder${hint}:\n\n${lines.join('')}`
  return `
  ${addresses.title}   ${api}${issuer}${page}${demoPage}
${lines.length > 0 ? trial : ''}
`
}

/** Text that no shell interprets. */
const PLAIN = /^[\w./:=@-]+$/

/** A line for each kind of guard that the router has. */
function requests({ api, router, localIssuer, ...other }: Addresses): string[] {
  const [curl, quoteMark] = other.platform === 'win32' ? ['curl.exe', "''"] : ['curl', "'\\''"]
  const quote = (text: string) => (PLAIN.test(text) ? text : `'${text.replaceAll("'", quoteMark)}'`)
  const token = (person: string) =>
    localIssuer
      ? `$(npm run -s token -- ${[person, ...other.tokenArguments.map(quote)].join(' ')})`
      : 'ACCESS_TOKEN'
  const credentials = {
    none: '',
    token: `-H "Authorization: Bearer ${token('user')}" `,
    permissions: `-H "Authorization: Bearer ${token('admin')}" `,
  }
  const routes = examplesOf(router)
  return (['none', 'token', 'permissions'] as const).flatMap((guard) => {
    const path = routes.get(guard)
    return path === undefined ? [] : [`${curl} ${credentials[guard]}${api}${path}`]
  })
}

/** The path of the first route of each kind of guard that is read without an input. */
function examplesOf(router: AnyRouter): Map<'none' | 'token' | 'permissions', string> {
  const examples = createRoutes({ router })
    .operations.filter(({ method, input }) => method === 'GET' && !input)
    .map(({ procedure, meta }) => {
      const { schemes, permissions } = guardOf(procedure)
      const guard = permissions.length > 0 ? 'permissions' : schemes.length > 0 ? 'token' : 'none'
      return [guard, meta.path] as const
    })
  return new Map(examples.reverse()) // the first of a kind replaces the others
}
