import {
  AuthError,
  createBackground,
  createKeySource,
  createReplayMemory,
  createRequestAuthenticator,
  IssuerError,
  sketchToken,
  type Clocks,
  type Fetch,
  type KeySource,
} from '@trpc-hybrid/access-token/engine'
import type { Config } from '../config/config.ts'
import { ISSUER_ADVICE, NO_PERMISSIONS, TOKEN_ADVICE } from './advice.ts'

/** One thing that was tried, and what to do where it isn't as it must be. */
export interface Finding {
  readonly outcome: 'right' | 'wrong' | 'doubtful'
  readonly text: string
  readonly advice?: string | undefined
}

const MARKS = { right: '✓', wrong: '✗', doubtful: '?' } as const

/** Findings as lines, each advice below what it is for. */
export function formatFindings(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ outcome, text, advice }) =>
      `${MARKS[outcome]} ${text}\n${advice === undefined ? '' : `  ${advice}\n`}`,
  )
  return lines.join('')
}

interface CheckOptions extends Clocks {
  readonly fetch: Fetch
  /** An access token to try. */
  readonly token: string | undefined
}

/**
 * Tries the settings against the real issuer: discovery, keys and, where one is given, an access token. It stops
 * at the first thing that is wrong, since what follows depends on it.
 */
export async function checkIssuer(config: Config, options: CheckOptions): Promise<Finding[]> {
  if (!config.issuer) {
    const text = 'No issuer is set, so development uses the local one'
    const advice = 'Set AUTH0_DOMAIN or ISSUER_BASE_URL, and AUTH0_AUDIENCE, to try your own.'
    return [{ outcome: 'wrong', text, advice }]
  }
  let failure: unknown
  const keys = createKeySource({
    issuer: config.issuer,
    monotonicNow: options.monotonicNow,
    fetch: options.fetch,
    inBackground: createBackground(),
    onFetch: ({ error }) => (failure = error),
  })
  try {
    const found = await keys.get().catch(() => undefined)
    if (!found) return [explainFailure(failure)]
    const count = found.kids.size
    const findings: Finding[] = [
      { outcome: 'right', text: `The issuer is ${found.issuer}` },
      { outcome: 'right', text: `Its keys were fetched: ${count} to verify signatures with` },
    ]
    return [...findings, ...(await checkToken(config, keys, options))]
  } finally {
    keys.stop()
  }
}

function explainFailure(error: unknown): Finding {
  const advice = error instanceof IssuerError ? ISSUER_ADVICE[error.fault] : undefined
  const text = error instanceof Error ? error.message : 'The keys can’t be fetched'
  return { outcome: 'wrong', text, advice }
}

async function checkToken(
  config: Config,
  keys: KeySource,
  { token, now, monotonicNow }: CheckOptions,
): Promise<Finding[]> {
  if (token === undefined) {
    const text = 'No token was tried'
    return [
      { outcome: 'doubtful', text, advice: 'Give an access token of your app as an argument.' },
    ]
  }
  const authenticator = createRequestAuthenticator({
    keys,
    now,
    production: config.production,
    audiences: config.audiences,
    audienceClaim: config.audienceClaim,
    permissionsClaim: config.permissionsClaim,
    signingAlgs: config.signingAlgs,
    replayMemory: createReplayMemory({ now, monotonicNow }),
    onOutcome: () => undefined,
  })
  const request = {
    rawHeaders: ['authorization', `Bearer ${token}`],
    method: 'GET',
    targetUri: () => 'http://localhost/',
  }
  try {
    const { accessToken } = await authenticator.verify(request)
    const whose = accessToken.subject ?? 'an application'
    return [
      { outcome: 'right', text: `The token is accepted; it speaks for ${whose}` },
      permissionsOf([...accessToken.permissions], config),
    ]
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const text = `The token is refused. ${error.description ?? 'It is not in the form of a token'}${comparison(error, token, config)}`
    return [{ outcome: 'wrong', text, advice: TOKEN_ADVICE[error.reason] }]
  }
}

function permissionsOf(permissions: readonly string[], config: Config): Finding {
  if (permissions.length > 0) {
    return { outcome: 'right', text: `Its permissions are ${permissions.join(', ')}` }
  }
  const text = `It has no permission in the claim ${config.permissionsClaim}`
  return { outcome: 'doubtful', text, advice: NO_PERMISSIONS }
}

/** What the token says beside what is expected, where a setting decides. */
function comparison({ reason }: AuthError, token: string, config: Config): string {
  const { iss, aud, alg } = sketchToken(token)
  if (reason === 'audience')
    return `: aud is ${aud ?? 'absent'}, not ${config.audiences.join(' or ')}`
  if (reason === 'issuer') return `: iss is ${iss ?? 'absent'}`
  if (reason === 'algorithm')
    return `: alg is ${alg ?? 'absent'}, not ${config.signingAlgs.join(' or ')}`
  return ''
}
