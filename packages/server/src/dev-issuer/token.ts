#!/usr/bin/env node
import { fetchToken, PEOPLE } from '@trpc-hybrid/dev-issuer'
import { loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { prepareEnvironment } from '../config/environment.ts'
import { settingsIn, TOKEN_SETTINGS } from './token-arguments.ts'

type Settings = Readonly<Record<string, string | undefined>>

/** A reason not to print a token, for the person who asked for one. */
class Refusal extends Error {}

/**
 * `npm run -s token -- <person> [NAME=value ...]`: an access token of the running local issuer. Arguments win
 * over the shell's settings. If those lead to no token, it tries again without them, so that what `npm run dev`
 * prints also works in a shell that is set up for something else.
 *
 * @throws {Refusal | ConfigError} when there is none to be had
 */
async function tokenFor([id, ...settings]: readonly string[]): Promise<string> {
  const person = PEOPLE.find((known) => known.id === id)
  if (!person) {
    const people = PEOPLE.map((known) => known.id).join(' or ')
    throw new Refusal(`Say whose token: npm run -s token -- ${people}`)
  }
  const given = settingsIn(settings)
  const unknown = Object.keys(given).find(
    (name) => !(TOKEN_SETTINGS as readonly string[]).includes(name),
  )
  if (unknown !== undefined)
    throw new Refusal(`${unknown} is not one of ${TOKEN_SETTINGS.join(', ')}`)
  const inShell = Object.fromEntries(TOKEN_SETTINGS.map((name) => [name, process.env[name]]))
  try {
    return await fetchTokenOf(person.id, { ...inShell, ...given })
  } catch (error) {
    return fetchTokenOf(person.id, given).catch(() => {
      throw error
    })
  }
}

async function fetchTokenOf(person: string, settings: Settings): Promise<string> {
  const config = loadConfig(settings)
  const issuer = `http://localhost:${config.localIssuerPort}/`
  const [origin = ''] = config.clientOrigins
  const request = { issuer, audience: config.audiences[0], redirectUri: `${origin}/`, person }
  return fetchToken(request).catch((error: unknown) => {
    throw new Refusal(
      error instanceof TypeError
        ? `The local issuer is not running at ${issuer}: start it with npm run dev, with no other issuer set.`
        : `The local issuer at ${issuer} gave no token: ${messageOf(error)}. If settings changed since it started, start it again.`,
    )
  })
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

try {
  prepareEnvironment()
  process.stdout.write(`${await tokenFor(process.argv.slice(2))}\n`)
} catch (error) {
  if (!(error instanceof Refusal || error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
