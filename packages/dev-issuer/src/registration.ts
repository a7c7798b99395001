import { randomUUID } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { readBody, REGISTRATION_PATH } from './body.ts'
import { isAllowedAddress, isAllowedOrigin, type IssuerSettings } from './settings.ts'

/** What discovery says of clients that come with nothing configured. */
export const registrationMetadata = (issuer: string) => ({
  registration_endpoint: issuer + REGISTRATION_PATH.slice(1),
  client_id_metadata_document_supported: true,
})

/**
 * Registers clients (RFC 7591 §3) as public ones, with PKCE. Nothing is kept, because any client ID is a client
 * here, the address of a client's own metadata document too. That is not fetched: redirect URIs are judged as those
 * of every client.
 */
export function registerClients({ allowedOrigins }: IssuerSettings): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== REGISTRATION_PATH) {
      await next()
      return
    }
    const origin = ctx.get('origin')
    if (origin !== '' && isAllowedOrigin(origin, allowedOrigins)) {
      ctx.set('access-control-allow-origin', origin)
      ctx.set('access-control-allow-headers', 'content-type')
      ctx.vary('Origin')
    }
    ctx.set('cache-control', 'no-store')
    if (ctx.method === 'OPTIONS') ctx.status = 204
    else if (ctx.method === 'POST') await register(ctx, allowedOrigins)
    else {
      ctx.status = 405
      ctx.set('allow', 'POST')
    }
  }
}

async function register(ctx: Context, allowedOrigins: readonly string[]): Promise<void> {
  const metadata = metadataIn(await readBody(ctx.req))
  const addresses = metadata?.['redirect_uris']
  if (!isTexts(addresses)) {
    refuse(ctx, 'invalid_client_metadata', 'redirect_uris must be a list of addresses')
    return
  }
  const stranger = addresses.find((address) => !isAllowedAddress(address, allowedOrigins))
  if (stranger !== undefined) {
    refuse(ctx, 'invalid_redirect_uri', 'a redirect URI is on no allowed origin')
    return
  }
  ctx.status = 201
  ctx.body = {
    client_id: `registered-${randomUUID()}`,
    client_id_issued_at: Math.floor(Date.now() / 1000),
    ...(typeof metadata?.['client_name'] === 'string' && { client_name: metadata['client_name'] }),
    redirect_uris: addresses,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
}

function refuse(ctx: Context, error: string, description: string): void {
  ctx.status = 400
  ctx.body = { error, error_description: description }
}

function metadataIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null
      ? (parsed as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
