export function startLocalIssuer(_options: object) {
  return Promise.reject<{ issuer: string; jwksUri: string; close: () => Promise<void> }>(
    new Error('The local issuer is not there yet: set AUTH0_DOMAIN or ISSUER_BASE_URL.'),
  )
}
