/** What a guide of `docs/issuers` does not show of its issuer: where its documents are, and what it signs. */
export interface Imitation {
  /** The guide's name. */
  readonly guide: string
  /** Where its keys are. */
  readonly jwksUri: string
  /** Where its discovery document is; absent where it is not asked for. */
  readonly discovery?: string
  /** What the discovery document holds beside `issuer` and `jwks_uri`. */
  readonly metadata?: Record<string, unknown>
  /** The header of its access tokens, beside `kid`. */
  readonly header: { readonly alg: string; readonly typ?: string }
  /** What its keys lack of `alg` and `use`. */
  readonly bareKeys?: true
  /** Other tokens that it signs for the same people: over the access token's claims. */
  readonly others?: Record<string, Record<string, unknown>>
}

const ENTRA = 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555'
const COGNITO = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI'
const KEYCLOAK = 'https://keycloak.example.com/realms/main'

export const IMITATIONS: readonly Imitation[] = [
  {
    guide: 'auth0',
    jwksUri: 'https://your-tenant.eu.auth0.com/.well-known/jwks.json',
    header: { alg: 'RS256', typ: 'JWT' },
    others: { 'ID token': { aud: 'my-client-id', nonce: 'n' } },
  },
  {
    guide: 'keycloak',
    discovery: `${KEYCLOAK}/.well-known/openid-configuration`,
    jwksUri: `${KEYCLOAK}/protocol/openid-connect/certs`,
    header: { alg: 'RS256', typ: 'JWT' },
    others: {
      'ID token': { typ: 'ID', aud: 'messages-api', at_hash: 'h' },
      'refresh token': { typ: 'Refresh', aud: [KEYCLOAK, 'messages-api'] },
      'log-out token': {
        typ: 'Logout',
        aud: 'messages-api',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      },
      'token for no API': { aud: 'account' },
    },
  },
  {
    guide: 'entra-id',
    discovery: `${ENTRA}/v2.0/.well-known/openid-configuration`,
    jwksUri: `${ENTRA}/discovery/v2.0/keys`,
    metadata: { tenant_region_scope: 'EU', cloud_instance_name: 'microsoftonline.com' },
    header: { alg: 'RS256', typ: 'JWT' },
    others: {
      'ID token of the app': { aud: '12345678-1234-1234-1234-123456789012' },
      'token for Microsoft Graph': { aud: '00000003-0000-0000-c000-000000000000' },
      'token of version 1.0': {
        iss: 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/',
        ver: '1.0',
      },
    },
  },
  {
    guide: 'cognito',
    discovery: `${COGNITO}/.well-known/openid-configuration`,
    jwksUri: `${COGNITO}/.well-known/jwks.json`,
    header: { alg: 'RS256' },
    others: {
      'ID token': {
        token_use: 'id',
        aud: '1example23456789abcdefghij',
        client_id: undefined,
        'cognito:username': 'ada',
      },
      'token of another app client': { client_id: '2example23456789abcdefghij' },
    },
  },
  {
    guide: 'okta',
    discovery: 'https://your-org.okta.com/oauth2/default/.well-known/openid-configuration',
    jwksUri: 'https://your-org.okta.com/oauth2/default/v1/keys',
    header: { alg: 'RS256' },
    others: {
      'ID token': { aud: '0oabskvc6442nkvQO0h7', idp: '00ok1u7AsAkrwdZL3z0g3' },
      'token of the org authorization server': { iss: 'https://your-org.okta.com' },
    },
  },
  {
    guide: 'zitadel',
    discovery: 'https://your-instance.eu1.zitadel.cloud/.well-known/openid-configuration',
    jwksUri: 'https://your-instance.eu1.zitadel.cloud/oauth/v2/keys',
    header: { alg: 'RS256', typ: 'JWT' },
    others: { 'token without the scope of the project': { aud: ['198658283812323586@app'] } },
  },
  {
    guide: 'logto',
    discovery: 'https://your-tenant.logto.app/oidc/.well-known/openid-configuration',
    jwksUri: 'https://your-tenant.logto.app/oidc/jwks',
    header: { alg: 'ES384', typ: 'at+jwt' },
    others: { 'ID token': { aud: 'm2m-or-spa-client-id', at_hash: 'h' } },
  },
  {
    guide: 'supabase',
    jwksUri: 'https://your-project-ref.supabase.co/auth/v1/.well-known/jwks.json',
    header: { alg: 'ES256', typ: 'JWT' },
    others: { 'anonymous key': { aud: 'anon', role: 'anon' } },
  },
  {
    guide: 'ory-hydra',
    discovery: 'https://hydra.example.com/.well-known/openid-configuration',
    jwksUri: 'https://hydra.example.com/.well-known/jwks.json',
    header: { alg: 'RS256', typ: 'JWT' },
    others: { 'ID token': { aud: ['2ca7a1a5-3b4b-4c9c-8c39-0f9b8d9a3c11'], sid: 's' } },
  },
  {
    guide: 'better-auth',
    jwksUri: 'https://app.example.com/api/auth/jwks',
    header: { alg: 'EdDSA' },
    bareKeys: true,
  },
]
