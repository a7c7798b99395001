// For the servers that check nothing: the answer of each path with the twelve headers that Messages API
// sends and the length of the body, all made once.
import { messages, securityHeaders } from './settings.js'

const headersOf = (body) =>
  Object.entries({
    ...securityHeaders,
    vary: 'Origin',
    'x-request-id': '3f0c1f0e-6f0b-4d62-8f6e-0d2c1a9f7b55',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
  }).flat()

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
