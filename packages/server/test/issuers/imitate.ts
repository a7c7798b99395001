import { createServer } from 'node:http'
import type { Fetch } from '@trpc-hybrid/access-token/engine'
import { baseUrl, closeServer, listenOnLoopback } from '../support/http.ts'
import { createSigningKey, sendJson, signToken } from '../support/issuer.ts'
import type { Imitation } from './issuers.ts'

/** An issuer on loopback that answers for the addresses of a real one, over HTTP. */
export async function imitate(imitation: Imitation, issuer: unknown) {
  const { header, jwksUri, discovery = '', metadata, bareKeys } = imitation
  const key = await createSigningKey('key-1', header.alg)
  const bare = { ...key.publicJwk, alg: undefined, use: undefined }
  const documents: Record<string, object> = {
    [jwksUri]: { keys: [bareKeys ? bare : key.publicJwk] },
    [discovery]: { issuer, jwks_uri: jwksUri, ...metadata },
  }
  const server = createServer((req, res) => {
    const document = documents[decodeURIComponent((req.url ?? '').slice(1))]
    if (document) sendJson(res, document)
    else res.writeHead(404).end()
  })
  const url = baseUrl({ port: await listenOnLoopback(server) })
  const fetchFrom: Fetch = (asked, init) => fetch(`${url}/${encodeURIComponent(asked)}`, init)
  return {
    fetch: fetchFrom,
    mint: (claims: Record<string, unknown>) => {
      const now = Math.floor(Date.now() / 1000)
      return signToken({ iat: now, exp: now + 3600, ...claims }, { header, key })
    },
    close: () => closeServer(server),
  }
}
