export { startDevIssuer, type DevIssuer, type DevIssuerOptions } from './dev-issuer.ts'
export { fetchToken, type TokenRequest } from './fetch-token.ts'
export { PEOPLE, type Person } from './people.ts'
