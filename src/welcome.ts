interface Addresses {
  readonly api: string
  /** `undefined`: tokens come from an issuer of the settings. */
  readonly localIssuer: string | undefined
  /** What `npm run token` is told besides whose token to print. */
  readonly tokenArguments: readonly string[]
  /** Node's name of the operating system. */
  readonly platform: string
}

/**
 * What `npm run dev` prints once it listens: addresses, and lines to paste into another terminal, a
 * POSIX shell or PowerShell (whose `curl` is another program).
 */
export function welcome({ api, localIssuer, tokenArguments, platform }: Addresses): string {
  const curl = platform === 'win32' ? 'curl.exe' : 'curl'
  const guarded = (person: string, message: string) => {
    const token = localIssuer
      ? `$(npm run -s token -- ${[person, ...tokenArguments].join(' ')})`
      : 'ACCESS_TOKEN'
    return `  ${curl} -H "Authorization: Bearer ${token}" ${api}/api/messages/${message}`
  }
  const issuer = localIssuer
    ? `\n  Local issuer   ${localIssuer}   development only, no account needed`
    : ''
  return `
  Messages API   ${api}${issuer}
  Docs           ${api}/docs   sign in and try the routes

  Try it from another terminal in this folder${localIssuer ? '' : ', with an access token of your issuer'}:

  ${curl} ${api}/api/messages/public
${guarded('user', 'protected')}
${guarded('admin', 'admin')}

`
}
