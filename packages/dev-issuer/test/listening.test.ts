import { existsSync, mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import {
  closeServer,
  findFreePort,
  isListening,
  listenOnLoopback,
} from '../../server/test/support/http.ts'
import { startTestIssuer } from '../../server/test/support/local-issuer.ts'
import { openRaw } from '../../server/test/support/raw.ts'

it('a local issuer answers whoever finds it listening', async () => {
  const port = await findFreePort()
  const starting = startTestIssuer({ port })
  while (!(await isListening(port))) await delay(1)
  const form = 'grant_type=client_credentials'
  const headers = `Host: localhost:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\nConnection: close\r\n\r\n`
  const { closed } = openRaw(port, `POST /oauth/token HTTP/1.1\r\n${headers}${form}`)
  expect(await closed).toMatch(/^HTTP\/1\.1 400 [^]*"error":"invalid_request"/)
  await (await starting).close()
})

it('a local issuer whose port is taken writes no state', async () => {
  const taken = createServer()
  const port = await listenOnLoopback(taken)
  const stateFile = join(mkdtempSync(join(tmpdir(), 'issuer-state-')), `${port}.json`)
  await expect(startTestIssuer({ port, stateFile })).rejects.toThrow('EADDRINUSE')
  await delay(100) // a change is written within 50 ms
  expect(existsSync(stateFile)).toBe(false)
  await closeServer(taken)
})
