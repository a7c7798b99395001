// The yardstick for tokens that no cache knows: node:http and one RS256 verification, nothing else.
import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { audience, host, issuer, jwksUri, messages, port } from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }
const body = JSON.stringify(messages.admin)

createServer((req, res) => {
  jwtVerify(req.headers.authorization.slice('Bearer '.length), keys, options).then(
    () => res.end(body),
    () => res.writeHead(401).end(),
  )
}).listen(port, host)
