/** A Fastify app without tRPC: its routes are guarded by OAuth 2.0 access tokens, and nothing else changes. */
import { AuthError, createAuthenticator, requirePermissionsOf } from '@trpc-hybrid/access-token'
import fastify, { type FastifyRequest } from 'fastify'

const { ISSUER = '', AUDIENCE = '', PORT = '3000' } = process.env
const authenticator = createAuthenticator({ issuer: ISSUER, audience: AUDIENCE })

const tokenOf = ({ raw, method, protocol, host, url }: FastifyRequest) => {
  const { authorization, dpop } = raw.headersDistinct
  return authenticator.authenticate({
    authorization,
    dpop,
    method,
    url: `${protocol}://${host}${url}`,
  })
}

const app = fastify()
app.get('/reports', async (request) => {
  const token = await tokenOf(request)
  requirePermissionsOf(token, ['read:reports'])
  return { for: token.subject }
})
app.setErrorHandler((error, _request, reply) => {
  if (!(error instanceof AuthError)) throw error
  return reply
    .code(error.status)
    .headers(error.headers)
    .send({ message: error.description ?? error.code })
})

process.stdout.write(
  `listening at ${await app.listen({ port: Number(PORT), host: '127.0.0.1' })}\n`,
)
