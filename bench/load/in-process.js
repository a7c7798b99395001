// Asks a fetch handler in the process in which it runs: no socket, and each request when the one before was answered.
import { pathToFileURL } from 'node:url'

/** Made before the clock starts, and sent in turn. */
const REQUESTS = 1_000

const loading = import(pathToFileURL(process.argv[2]).href)

process.on('message', async ({ request, count }) => {
  const { default: handle } = await loading
  process.send(
    count === 0 ? await ask(handle, toRequest(request)) : await load(handle, request, count),
  )
})

const toRequest = ({ method, path, headers }) =>
  new Request(`http://127.0.0.1${path}`, { method, headers })

async function ask(handle, request) {
  const response = await handle(request)
  return { status: response.status, text: await response.text() }
}

async function load(handle, given, count) {
  const requests = Array.from({ length: REQUESTS }, () => toRequest(given))
  let refused = 0
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  for (let sent = 0; sent < count; sent++) {
    const { status } = await handle(requests[sent % REQUESTS])
    if (status >= 400) refused++
  }
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { requests: count, seconds, refused, failed: 0, cpuMicros: (user + system) / count }
}
