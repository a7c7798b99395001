/** Sign-in by Auth.js, at any OpenID provider. The access token stays in its encrypted cookie. */
import NextAuth from 'next-auth'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, AUDIENCE } = process.env
const provider = { id: 'issuer', name: 'the issuer', type: 'oidc', issuer: ISSUER } as const
const client = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
const authorization = { params: { scope: 'openid profile', audience: AUDIENCE } }

export const { handlers } = NextAuth({
  providers: [{ ...provider, ...client, authorization }],
  callbacks: {
    jwt: ({ token, account }) =>
      account ? { ...token, accessToken: account.access_token } : token,
  },
})
