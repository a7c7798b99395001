export { fetchToken, type TokenRequest } from './fetch-token.ts'
export { startLocalIssuer, type LocalIssuer, type LocalIssuerOptions } from './local-issuer.ts'
export { PEOPLE, personById, type Person } from './people.ts'
