// The floor: node:http that holds open responses, with the headers that the others send. No guard, no tRPC.
import { createServer } from 'node:http'
import { setInterval } from 'node:timers'
import { host, port, securityHeaders } from '../peers/settings.js'

const HEADERS = {
  ...securityHeaders,
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  connection: 'keep-alive',
}
const BEGUN = 'event: connected\ndata: {}\n\n\ndata: "begun"\n\n\n'

const listeners = new Set()
let id = 0
setInterval(() => {
  id += 1
  const data = JSON.stringify({ id, title: 'A report was added' })
  for (const res of listeners) res.write(`data: ${data}\nid: ${id}\n\n\n`)
}, 1_000)

createServer((req, res) => {
  if (!req.url.startsWith('/trpc/events.')) {
    res.end()
    return
  }
  res.writeHead(200, HEADERS)
  res.write(BEGUN)
  if (!req.url.startsWith('/trpc/events.ticks')) return
  listeners.add(res)
  res.once('close', () => listeners.delete(res))
}).listen(port, host)
