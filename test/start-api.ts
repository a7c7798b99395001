import { fetchToken } from '@trpc-hybrid/dev-issuer'
import { serve } from '@trpc-hybrid/server'
import { api } from '../src/api.ts'

const AUDIENCE = 'https://api.example.com'
const CLIENT = 'http://localhost:4040'

/** The whole API in this process, on a free port, with the issuer for development and its two people. */
export async function startApi() {
  const { url, devIssuer, close } = await serve(api, {
    env: {
      PORT: '0',
      LOCAL_ISSUER_PORT: '0',
      LOG_LEVEL: 'silent',
      AUTH0_AUDIENCE: AUDIENCE,
      CLIENT_ORIGIN_URL: CLIENT,
    },
  })
  return {
    url,
    close,
    /** An access token of the user, who has no permission, or of the admin, who has all that the API asks for. */
    tokenOf: (person: 'user' | 'admin') =>
      fetchToken({
        issuer: devIssuer ?? '',
        audience: AUDIENCE,
        redirectUri: `${CLIENT}/`,
        person,
      }),
  }
}

export type StartedApi = Awaited<ReturnType<typeof startApi>>
