import type { Context, Middleware } from 'koa'
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { securityHeaders } from './page.ts'
import { errorPage, homePage, signedOutPage } from './pages.ts'
import { PEOPLE, picture, picturePath } from './people.ts'
import type { IssuerSettings } from './settings.ts'

/** Answers with a page that no cache keeps. */
export function answerWithPage(ctx: Context | KoaContextWithOIDC, html: string): void {
  ctx.set('cache-control', 'no-store')
  ctx.type = 'html'
  ctx.body = html
}

export function withSecurityHeaders({ allowedOrigins }: IssuerSettings): Middleware {
  const headers = securityHeaders(allowedOrigins)
  return (ctx, next) => {
    ctx.set(headers)
    return next()
  }
}

export function showHomePage(settings: IssuerSettings): Middleware {
  const html = homePage(settings, PEOPLE)
  return async (ctx, next) => {
    if (ctx.path === '/' && ctx.method === 'GET') answerWithPage(ctx, html)
    else await next()
  }
}

/** The picture that a profile links to, for pages on any origin. */
export const showPicture: Middleware = async (ctx, next) => {
  const person = PEOPLE.find((known) => picturePath(known) === ctx.path)
  if (!person || ctx.method !== 'GET') {
    await next()
    return
  }
  ctx.set('cross-origin-resource-policy', 'cross-origin')
  ctx.type = 'image/svg+xml'
  ctx.body = picture(person)
}

export const showError =
  ({ allowedOrigins }: IssuerSettings) =>
  (ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void => {
    const shown = error.name === 'SessionNotFound' ? { error: 'expired' } : out
    answerWithPage(ctx, errorPage(shown, allowedOrigins))
  }

export function signedOutAnswer(ctx: KoaContextWithOIDC): void {
  answerWithPage(ctx, signedOutPage())
}
