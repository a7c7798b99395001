import type { AuthErrorReason, IssuerError } from '@trpc-hybrid/access-token/engine'

type IssuerFault = IssuerError['fault']

/** What to do about an issuer that can't be used, in words for whoever sets the server up. */
export const ISSUER_ADVICE: Partial<Record<IssuerFault, string>> = {
  unreachable:
    'Compare the address with the one in your issuer’s settings. Behind a corporate proxy, set HTTPS_PROXY, NODE_USE_ENV_PROXY=1 and NODE_EXTRA_CA_CERTS.',
  timeout: 'Is a firewall in between, or a proxy that HTTPS_PROXY must name?',
  status:
    'The address is not that of an issuer, or misses its path (a realm, a tenant, a pool). Open it in a browser.',
  not_json: 'The address is a web page, not an issuer. Use the issuer URL that its settings show.',
  no_metadata: 'The address is not that of an issuer: its discovery document names no keys.',
  other_issuer:
    'Set ISSUER_BASE_URL to what the document calls itself, or set JWKS_URI too where tokens have yet another iss.',
  downgrade: 'Have the issuer publish its keys over https.',
  no_key_set: 'JWKS_URI must be the address of a JSON Web Key Set, not of a discovery document.',
  no_keys: 'The issuer signs with a shared secret (HS256): switch it to RS256 or ES256.',
}

/** What to do about a token that is refused. */
export const TOKEN_ADVICE: Partial<Record<AuthErrorReason, string>> = {
  malformed: 'Paste the access token alone, without “Bearer” and line breaks.',
  opaque:
    'The app asked for no audience. Ask for it: authorizationParams: { audience } in Auth0’s SDKs, the API’s scope or resource elsewhere.',
  encrypted:
    'The app asked for no audience, or the issuer encrypts tokens: ask for the audience, or switch encryption off for this API.',
  type: 'This is an ID token or a token of another kind. Use the access token.',
  algorithm:
    'Set TOKEN_SIGNING_ALGS to the algorithm (alg) of the token, where it is meant to be used.',
  unknown_key:
    'The token was signed by another tenant, region or realm, or before the keys were rotated.',
  signature: 'The token was changed, or signed by another tenant, region or realm.',
  issuer:
    'Set AUTH0_DOMAIN or ISSUER_BASE_URL to the token’s iss; with JWKS_URI where discovery has another.',
  audience: 'Set AUTH0_AUDIENCE to the API’s identifier, as it stands in the token’s aud.',
  audience_missing:
    'Set AUDIENCE_CLAIM to client_id or azp (Cognito, Clerk), or have the issuer add an audience.',
  expired: 'Get a new token. If it is new: the clock of this machine is wrong.',
  not_yet_valid: 'The clock of this machine is wrong: synchronise it.',
  bound: 'The token is bound to a key (DPoP), so it can’t be tried here. Ask for one that isn’t.',
}

/** What to do where a token has no permission. */
export const NO_PERMISSIONS =
  'Auth0: turn on “Enable RBAC” and “Add Permissions in the Access Token” in the API’s settings, give the person a role, and sign in again. Elsewhere: set PERMISSIONS_CLAIM to the claim that lists them.'
