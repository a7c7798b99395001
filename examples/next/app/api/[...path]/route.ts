/** REST and RPC, for those who are signed in here, and for others by their access tokens. */
import { createAuthenticator, type Authenticator } from '@trpc-hybrid/access-token'
import { getToken } from 'next-auth/jwt'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { hybrid } from '../../../reports'

const { ISSUER = '', AUDIENCE = '', AUTH_SECRET = '' } = process.env
let authenticator: Authenticator | undefined // not made while Next.js builds

async function sessionOf(req: Request) {
  const session = await getToken({ req, secret: AUTH_SECRET })
  return session ? `Bearer ${session['accessToken']}` : undefined
}

async function authenticate(request: Request) {
  const { headers, method, url } = request
  const authorization = headers.get('authorization') ?? (await sessionOf(request))
  const proof = { dpop: headers.get('dpop') ?? undefined, method, url }
  authenticator ??= createAuthenticator({ issuer: ISSUER, audience: AUDIENCE })
  return authenticator.authenticate({ authorization, ...proof })
}

const handle = fetchHandler(hybrid, {
  createContext: ({ request }) => ({ authenticate: () => authenticate(request) }),
})
export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT }
