/** Rules between variables, checked apart from the schema so that they are reported beside its problems. */
export function missingOrContradictory(
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const problems: string[] = []
  if (env['AUTH0_DOMAIN'] && env['ISSUER_BASE_URL']) {
    problems.push('AUTH0_DOMAIN, ISSUER_BASE_URL: only one of them can be set')
  }
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
