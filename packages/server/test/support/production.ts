import { createCertificate } from './certificate.ts'
import { ask, bearer } from './contract.ts'
import { ADMIN, AUDIENCE, startIssuer } from './issuer.ts'
import { end, ROOT, run } from './process.ts'

/**
 * Runs the server the way that an operator does: production, an Auth0 domain over HTTPS, and just the
 * four settings. What was seen is returned; the caller says whether it is right.
 */
export async function tryInProduction(command: readonly string[], cwd = ROOT) {
  const { tls, file } = await createCertificate()
  const issuer = await startIssuer({ tls })
  const program = run(command, {
    cwd,
    env: {
      NODE_ENV: 'production',
      NODE_EXTRA_CA_CERTS: file,
      PORT: '0',
      CLIENT_ORIGIN_URL: 'https://app.example.com',
      AUTH0_DOMAIN: new URL(issuer.url).host,
      AUTH0_AUDIENCE: AUDIENCE,
    },
  })
  try {
    const [, port] = await program.printed(/"port":(\d+)/)
    const url = `http://127.0.0.1:${port}`
    const headers = bearer(await issuer.mint({ claims: ADMIN }))
    const calls = { transport: 'REST', headers } as const
    const answers = [
      (await ask(url, { ...calls, message: 'public' })).body,
      (await ask(url, { ...calls, message: 'protected' })).body,
      (await ask(url, { ...calls, message: 'admin' })).body,
      (await ask(url, { transport: 'REST', message: 'admin' })).body,
    ]
    const ready = (await fetch(`${url}/readyz`)).status
    program.child.kill('SIGTERM') // as a supervisor does: npm alone gets it
    return { answers, ready, exit: await program.exit, output: program.output() }
  } finally {
    await end(program)
    await issuer.close()
  }
}
