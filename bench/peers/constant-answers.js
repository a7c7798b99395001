// For the servers that check nothing: the answer of each path with every header that Messages API sends to
// a browser, all made once. `node:http` alone writes the text of a list, and parses a body, for each request too.
import { clientOrigin, messages, securityHeaders } from './settings.js'

const HEADERS = Object.entries({
  ...securityHeaders,
  vary: 'Origin',
  'access-control-allow-origin': clientOrigin,
  'access-control-expose-headers': 'WWW-Authenticate,Retry-After,X-Request-Id',
  ratelimit: '"client"; r=999999997; t=60',
  'ratelimit-policy': '"client"; q=999999999; w=60; pk=:Qb+UN9HSEwPZpmSl:',
  'x-request-id': '3f0c1f0e-6f0b-4d62-8f6e-0d2c1a9f7b55',
  'content-type': 'application/json; charset=utf-8',
}).flat()

const headersOf = (body) => [...HEADERS, 'content-length', String(Buffer.byteLength(body))]

const answers = new Map(
  Object.entries(messages).map(([name, message]) => {
    const body = JSON.stringify(message)
    return [`/api/messages/${name}`, { headers: headersOf(body), body }]
  }),
)

export function answer(req, res) {
  const { headers, body } = answers.get(req.url)
  res.writeHead(200, headers)
  res.end(body)
}

/** A body made for this request, and the same headers. */
export function answerWith(res, value) {
  const body = JSON.stringify(value)
  res.writeHead(200, headersOf(body))
  res.end(body)
}
