import type { AdapterFactory, AdapterPayload, AuthorizationCode } from 'oidc-provider'
import { InvalidGrant } from 'oidc-provider/lib/helpers/errors.js'
import { Provider } from 'oidc-provider/lib/provider.js'
import { SIGNING_ALG } from './keys.ts'
import { isAllowedAddress } from './settings.ts'

/** oidc-provider requires a client to have a secret. Any secret that a request brings is accepted. */
const ANY_SECRET = 'any'

/**
 * Any client ID is a client, with all allowed origins. It is a confidential client if its request brings a
 * secret (RFC 6749 section 2.3.1, in the body or as HTTP Basic), otherwise a public one.
 */
export function withAnyClient(
  stored: AdapterFactory,
  allowedOrigins: readonly string[],
): AdapterFactory {
  return (model) =>
    model === 'Client'
      ? {
          ...stored(model),
          find: (clientId) => Promise.resolve(clientOf(clientId, allowedOrigins)),
        }
      : stored(model)
}

function clientOf(clientId: string, allowedOrigins: readonly string[]): AdapterPayload {
  const client: AdapterPayload = {
    client_id: clientId,
    // oidc-provider refuses a web client with an app's own scheme; which ones may be used is judged apart
    redirect_uris: allowedOrigins.filter((origin) => /^https?:/.test(origin)),
    response_types: ['code'],
    id_token_signed_response_alg: SIGNING_ALG,
  }
  const grantTypes = ['authorization_code', 'refresh_token']
  if (!bringsSecret()) {
    return { ...client, token_endpoint_auth_method: 'none', grant_types: grantTypes }
  }
  return {
    ...client,
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: ANY_SECRET,
    grant_types: [...grantTypes, 'client_credentials'],
  }
}

/** Looks at the request that is being answered, because a lookup is given only the client ID. */
function bringsSecret(): boolean {
  const { headers, oidc } = Provider.ctx ?? {}
  if (oidc?.params?.['client_secret']) return true
  return /^basic /i.test(headers?.authorization ?? '')
}

/**
 * Opens a provider to these clients. A code is good only for the client that asked for it: a public client
 * proves that with PKCE (RFC 7636), a confidential one may use its secret instead.
 */
export function acceptAnyClient(provider: Provider, allowedOrigins: readonly string[]): void {
  const isAllowed = (address: string) => isAllowedAddress(address, allowedOrigins)
  provider.Client.prototype.redirectUriAllowed = isAllowed
  provider.Client.prototype.postLogoutRedirectUriAllowed = isAllowed
  provider.Client.prototype.compareClientSecret = () => true

  const { AuthorizationCode: model } = provider
  const find = model.find.bind(model) as (...args: unknown[]) => Promise<Code | undefined>
  model.find = (async (...args: unknown[]) => {
    const code = await find(...args)
    const isPublic = Provider.ctx?.oidc.client?.clientAuthMethod === 'none'
    if (code && !code.codeChallenge && isPublic) throw new InvalidGrant(PKCE_OR_SECRET)
    return code
  }) as typeof model.find
}

type Code = InstanceType<typeof AuthorizationCode>

const PKCE_OR_SECRET = 'an app without a client secret needs PKCE'
