import { issuerProblems } from './issuer.ts'
import { schema } from './schema.ts'

/**
 * Rules between variables. They are checked apart from the schema, so that both kinds of problem are
 * reported together.
 */
export function missingOrContradictory(
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const problems = [...portsInCommon(env), ...issuerProblems(env)]
  if (env['NODE_ENV'] !== 'production') return problems
  if (!env['AUTH0_DOMAIN'] && !env['ISSUER_BASE_URL']) {
    problems.push(
      'AUTH0_DOMAIN: is required in production, a host name such as tenant.eu.auth0.com (or ISSUER_BASE_URL)',
    )
  }
  if (!env['AUTH0_AUDIENCE']) {
    problems.push(
      "AUTH0_AUDIENCE: is required in production, the API's identifier at the issuer, such as https://api.example.com",
    )
  }
  if (!env['CLIENT_ORIGIN_URL']) {
    problems.push(
      'CLIENT_ORIGIN_URL: is required in production, the origins that may call, such as https://app.example.com',
    )
  }
  return problems
}

/**
 * A problem for each two servers of this process that would listen on the same port. Port 0 is any free
 * one.
 */
function portsInCommon(env: Readonly<Record<string, string | undefined>>): string[] {
  const hasIssuer = env['AUTH0_DOMAIN'] !== undefined || env['ISSUER_BASE_URL'] !== undefined
  const names = ['PORT', 'METRICS_PORT', 'LOCAL_ISSUER_PORT'] as const
  const used = hasIssuer ? names.slice(0, 2) : names
  const ports = used.map((name) => schema.shape[name].safeParse(env[name]).data)
  return used.flatMap((name, index) => {
    const other = used[ports.indexOf(ports[index])]
    const shared = Boolean(ports[index]) && other !== name
    return shared ? [`${name}, ${other}: must be two different ports`] : []
  })
}
