import { loadConfig, type Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { prepareEnvironment } from '../config/environment.ts'
import { fetchToken } from './fetch-token.ts'
import { settingsIn } from './token-arguments.ts'
import { PEOPLE, personById } from './people.ts'

/** A reason not to print a token, for the person who asked for one. */
class Refusal extends Error {}

/**
 * `npm run -s token -- <person> [NAME=value ...]`: an access token of the running local issuer.
 *
 * @throws {Refusal | ConfigError} when there is none to be had
 */
async function tokenFor([id, ...settings]: readonly string[]): Promise<string> {
  const person = personById(id)
  if (!person) {
    const people = PEOPLE.map((known) => known.id).join(' or ')
    throw new Refusal(`Say whose token: npm run -s token -- ${people}`)
  }
  if (process.env['NODE_ENV'] === 'production') {
    throw new Refusal('There is no local issuer in production (NODE_ENV=production).')
  }
  return fetchTokenOf(person.id, loadConfig({ ...process.env, ...settingsIn(settings) }))
}

async function fetchTokenOf(person: string, config: Config): Promise<string> {
  if (config.issuer) {
    throw new Refusal('There is no local issuer while AUTH0_DOMAIN or ISSUER_BASE_URL is set.')
  }
  const issuer = `http://localhost:${config.localIssuerPort}/`
  const [origin = ''] = config.clientOrigins
  const request = { issuer, audience: config.audiences[0], redirectUri: `${origin}/`, person }
  return fetchToken(request).catch((error: unknown) => {
    throw new Refusal(
      error instanceof TypeError
        ? `The local issuer is not running at ${issuer}: start it with npm run dev.`
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
