import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { OpenAPIObject } from 'trpc-openapi'
import { auth0Metadata } from '@trpc-hybrid/access-token/engine'
import type { AnyRouter } from '@trpc/server'
import { describeRouter } from './describe-router.ts'
import { AUDIENCE } from './issuer.ts'

const run = promisify(execFile)
const ENV = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

/** The OpenAPI document of a router behind an Auth0 tenant. */
export const describeBehindAuth0 = (router: AnyRouter): OpenAPIObject =>
  describeRouter(router, {
    signIn: { issuer: auth0Metadata('https://tenant.eu.auth0.com/'), audience: AUDIENCE },
  })

/** @returns what Redocly's strict rules have against a document, warnings included */
export async function lintDescription(document: OpenAPIObject): Promise<unknown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'description-'))
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document))
  const args = ['lint', '--extends', 'recommended-strict', '--format', 'json', file]
  const env = { ...process.env, ...ENV }
  const { stdout } = await run('node_modules/.bin/redocly', args, { env }).catch(
    (error: unknown) => error as { stdout: string },
  )
  await rm(folder, { recursive: true })
  return (JSON.parse(stdout) as { problems: unknown[] }).problems
}
