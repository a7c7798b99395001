/** What `npm run dev` prints once it listens: addresses, and lines to paste into another terminal. */
export function welcome(addresses: { readonly api: string; readonly issuer: string }): string {
  const { api, issuer } = addresses
  const guarded = (person: string, message: string) =>
    `  curl -H "Authorization: Bearer $(npm run -s token -- ${person})" ${api}/api/messages/${message}`
  return `
  Messages API   ${api}
  Local issuer   ${issuer}   development only, no account needed
  Docs           ${api}/docs   sign in and try the routes

  Try it from another terminal in this folder:

  curl ${api}/api/messages/public
${guarded('user', 'protected')}
${guarded('admin', 'admin')}

`
}
