import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { findFreePort } from '../support/http.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startServerProcess, untilReady, type ServerProcess } from '../support/server-process.ts'

let issuer: TestIssuer
let server: ServerProcess
beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(() => server.end())
afterAll(() => issuer.close())

it('requests and SIGTERM do not wait for a log that nobody reads, and what is lost is counted', async () => {
  const metricsPort = await findFreePort()
  server = await startServerProcess({
    issuer,
    env: { METRICS_PORT: String(metricsPort), RATE_LIMIT_MAX: '0' },
  })
  await untilReady(server)
  server.stopReading()
  const id = 'x'.repeat(128) // long lines fill the pipe and what may wait soon
  const ask = () => fetch(`${server.url}/livez`, { headers: { 'x-request-id': id } })
  const dropped = async () => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    return Number(/^log_lines_dropped_total (\d+)$/m.exec(text)?.[1])
  }
  expect(await dropped()).toBe(0)
  while ((await dropped()) === 0) {
    const answers = await Promise.all(Array.from({ length: 500 }, ask))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  }
  server.signal('SIGTERM')
  expect(await server.ended).toBe(0)
  server.readAgain()
})
