import { afterAll, beforeAll } from 'vitest'
import { startIssuer, type TestIssuer } from './issuer.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './server.ts'

/** An issuer and a server that trusts it, for every test of a file. */
export function useServer(options: Omit<TestServerOptions, 'issuer'> = {}) {
  const fixture = {} as { issuer: TestIssuer; server: TestServer }
  beforeAll(async () => {
    fixture.issuer = await startIssuer()
    fixture.server = await startTestServer({ issuer: fixture.issuer, ...options })
  })
  afterAll(async () => {
    await fixture.server.close()
    await fixture.issuer.close()
  })
  return fixture
}
