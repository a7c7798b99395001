import type { Context, Middleware } from 'koa'
import type { Interaction, InteractionResults, Provider } from 'oidc-provider'
import { answerWithPage } from './answers.ts'
import { readBody } from './body.ts'
import { errorPage } from './pages.ts'
import { PEOPLE, personById } from './people.ts'
import type { IssuerSettings } from './settings.ts'
import { signInPage } from './sign-in-page.ts'

const PATH = '/u/login/'

export const signInPath = (uid: string) => PATH + uid

/** The sign-in page, and what follows from the choice made there. */
export function signIn(provider: Provider, { permissions }: IssuerSettings): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(PATH)) {
      await next()
      return
    }
    const interaction = await provider.interactionDetails(ctx.req, ctx.res).catch(() => undefined)
    if (!interaction || ctx.path !== signInPath(interaction.uid)) {
      ctx.status = 400
      answerWithPage(ctx, errorPage({ error: 'expired' }, []))
      return
    }
    const result = await resultOf(ctx, interaction)
    if (result) {
      const options = { mergeWithLastSubmission: true }
      ctx.status = 303
      ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, options))
    } else {
      const app = appOf(interaction.params)
      answerWithPage(ctx, signInPage({ people: PEOPLE, permissions, app }))
    }
  }
}

/** `undefined` while the choice is still to be made. */
async function resultOf(
  ctx: Context,
  { prompt }: Interaction,
): Promise<InteractionResults | undefined> {
  if (prompt.name === 'consent') return { consent: {} }
  if (ctx.method !== 'POST') return undefined
  const choice = new URLSearchParams(await readBody(ctx.req)).get('person')
  if (choice === '') return { error: 'access_denied', error_description: 'Sign-in was cancelled' }
  const person = personById(choice ?? undefined)
  return person && { login: { accountId: person.subject } }
}

function appOf(params: Record<string, unknown>): string {
  const redirectUri = params['redirect_uri']
  return typeof redirectUri === 'string' ? new URL(redirectUri).host : ''
}
