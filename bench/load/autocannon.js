// What stands in for wrk where there is none: `node autocannon.js JSON` with the same settings and the
// same line of JSON at the end.
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'

const { url, method, headers, body, seconds, connections, tokens } = JSON.parse(process.argv[2])

function nextToken() {
  const lines = readFileSync(tokens.file, 'utf8').trimEnd().split('\n')
  let at = tokens.first
  return (request) => ({
    ...request,
    headers: { ...headers, authorization: `Bearer ${lines[at++ % lines.length]}` },
  })
}

const result = await autocannon({
  url,
  method,
  headers,
  body,
  connections,
  duration: seconds,
  ...(tokens && { requests: [{ setupRequest: nextToken() }] }),
})
console.log(
  JSON.stringify({
    requests: result.requests.total,
    seconds: result.duration,
    refused: result['4xx'] + result['5xx'],
    failed: result.errors + result.timeouts,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  }),
)
