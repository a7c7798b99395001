import { createApi, findIssuers, type MessageName, type Transport } from './api.ts'
import { explainFailure } from './explain-failure.ts'
import { choices, find, notify, showAnswer, showSession, showWaiting } from './page.ts'
import { chooseRenewal, chosenRenewal, createSession, type Renewal } from './session.ts'
import { SETTINGS } from './settings.ts'

const RETRY_MS = 2_000

const session = createSession(SETTINGS, chosenRenewal())
const api = createApi(SETTINGS.api, session.getAccessToken)

const chosen = (name: string) => choices(name).find(({ checked }) => checked)?.value

/** Waits until the API is there; says what to do while it isn't. @returns its issuers */
async function waitForApi(): Promise<readonly string[]> {
  for (;;) {
    const issuers = await findIssuers(SETTINGS.api)
    if (issuers) return issuers
    notify(
      `No API answers at ${SETTINGS.api}. Start it in another terminal with \`npm run dev\`: this page goes on by itself. If it is running, its \`CLIENT_ORIGIN_URL\` must contain ${location.origin}.`,
    )
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** A token of an issuer that the API doesn't know would be refused, without saying why. */
function checkIssuer(issuers: readonly string[]): void {
  const domain = /^https?:/.test(SETTINGS.domain) ? SETTINGS.domain : `https://${SETTINGS.domain}`
  const here = new URL(domain).href
  const known = issuers.length === 0 || issuers.includes(here)
  notify(
    known
      ? ''
      : `This page signs in at ${here}, but the API takes tokens of ${issuers.join(', ')}. Set \`VITE_AUTH0_DOMAIN\`: see \`examples/web/.env.example\`.`,
  )
}

async function start(): Promise<void> {
  checkIssuer(await waitForApi())
  try {
    showSession(await session.resume())
  } catch (error) {
    showSession(undefined)
    notify(`You are not signed in. ${explainFailure(error)}`)
  }
}

/** A token could not be had: says so, and offers to sign in where that is what it takes. */
async function onNoToken(error: unknown): Promise<void> {
  if (!(await session.isSignedIn())) showSession(undefined)
  notify(`There is no new access token. ${explainFailure(error)}`)
}

async function renew(): Promise<void> {
  try {
    showSession(await session.renew())
    notify('')
  } catch (error) {
    await onNoToken(error)
  }
}

async function read(name: MessageName): Promise<void> {
  const place = find(`[data-answer="${name}"]`)
  const waiting = showWaiting(place)
  try {
    const answer = await api.read(name, chosen('transport') as Transport)
    if (waiting.isConnected)
      showAnswer(place, answer, document.body.dataset['state'] === 'signed-in')
  } catch (error) {
    place.replaceChildren()
    await onNoToken(error)
  }
}

/** The choice takes effect here: a page that reloads while one still chooses loses people (WCAG 3.2.2). */
async function signIn(): Promise<void> {
  const renewal = chosen('renewal') as Renewal
  chooseRenewal(renewal)
  await createSession(SETTINGS, renewal).signIn()
}

/** What a press starts, and a failure of it that nothing else expects. */
const onPress = (selector: string, action: () => Promise<void>) => {
  find(selector).addEventListener('click', () => {
    action().catch((error: unknown) => {
      notify(`That did not work. ${explainFailure(error)}`)
    })
  })
}

onPress('#sign-in', signIn)
onPress('#sign-out', session.signOut)
onPress('#renew', renew)
for (const name of ['public', 'protected', 'admin'] as const) {
  onPress(`[data-message="${name}"]`, () => read(name))
}
for (const choice of choices('renewal')) {
  choice.checked = choice.value === chosenRenewal()
}
await start()
