import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC, Provider, Session } from 'oidc-provider'
import { answerWithPage } from './answers.ts'
import { confirmSignOutPage, errorPage, signedOutPage } from './pages.ts'
import { isAllowedAddress, type IssuerSettings } from './settings.ts'

/**
 * Auth0's log-out, `/v2/logout`: ends the session at once and redirects to `returnTo`, which must be on an
 * allowed origin.
 */
export function signOut(provider: Provider, { allowedOrigins }: IssuerSettings): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== '/v2/logout') {
      await next()
      return
    }
    const { returnTo } = ctx.query
    if (returnTo !== undefined && !isAllowedAddress(String(returnTo), allowedOrigins)) {
      ctx.status = 400
      answerWithPage(ctx, errorPage(FORBIDDEN_RETURN, allowedOrigins))
      return
    }
    await endSession(provider, ctx, await provider.Session.get(ctx))
    if (returnTo === undefined) answerWithPage(ctx, signedOutPage())
    else ctx.redirect(String(returnTo))
  }
}

const FORBIDDEN_RETURN = {
  error: 'invalid_redirect_uri',
  error_description: 'returnTo is not on an allowed origin',
}

/**
 * Log-out of OpenID Connect (RP-Initiated Logout 1.0). It asks for confirmation unless the app proved, with
 * an ID token of the person who is signed in, that it means that person.
 */
export async function askBeforeSignOut(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  const { session, entities, params, provider } = ctx.oidc
  const hint = entities.IdTokenHint?.payload.sub
  if (!session || hint !== session.accountId) {
    answerWithPage(ctx, confirmSignOutPage(form))
    return
  }
  await endSession(provider, ctx, session)
  const returnTo = params?.['post_logout_redirect_uri']
  if (typeof returnTo !== 'string') {
    answerWithPage(ctx, signedOutPage())
    return
  }
  const url = new URL(returnTo)
  const state = params?.['state']
  if (typeof state === 'string') url.searchParams.set('state', state)
  ctx.redirect(url.href)
}

async function endSession(provider: Provider, ctx: Context | KoaContextWithOIDC, session: Session) {
  await session.destroy()
  ctx.cookies.set(provider.cookieName('session'), null)
}
