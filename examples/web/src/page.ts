import type { Answer } from './api.ts'
import { explain } from './explain.ts'
import type { SignedIn } from './session.ts'

/** An element of index.html. */
export function find(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`index.html has no ${selector}`)
  return found
}

/** The radio buttons of one choice. */
export const choices = (name: string) => [
  ...document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`),
]

/** Tells something above all else; '' takes it away. Text between backticks is shown as code. */
export function notify(text: string): void {
  const notice = find('#notice')
  notice.replaceChildren(
    ...text.split('`').map((part, index) => (index % 2 === 0 ? part : create('code', part))),
  )
  notice.hidden = text === ''
}

/**
 * Shows who is signed in. Until then index.html says `loading`, and no button can be pressed. When a
 * session ends, what was read in it goes.
 */
export function showSession(session: SignedIn | undefined): void {
  document.body.dataset['state'] = session ? 'signed-in' : 'signed-out'
  if (!session) document.querySelectorAll<HTMLElement>('.answer').forEach(clearAnswer)
  for (const button of document.querySelectorAll('button')) button.disabled = false
  if (!session) return
  const { user, token } = session
  find('#name').textContent = user.name ?? user.sub ?? ''
  find('#email').textContent = user.email ?? ''
  find('#picture').setAttribute('src', user.picture ?? 'data:,')
  showToken(token)
}

function showToken(token: SignedIn['token']): void {
  const permissions: unknown = token?.claims['permissions']
  const names = Array.isArray(permissions) ? permissions.map(String) : []
  find('#permissions').replaceChildren(
    ...(names.length === 0 ? ['none'] : names.map((name) => create('code', name))),
  )
  find('#issued').textContent = time(token?.claims.iat)
  find('#expires').textContent = time(token?.claims.exp)
  find('#header').textContent = token ? JSON.stringify(token.header, null, 2) : 'not a JWT'
  find('#claims').textContent = token ? JSON.stringify(token.claims, null, 2) : 'not a JWT'
}

const TIME_FORMAT = { dateStyle: 'medium', timeStyle: 'short' } as const

/** @param seconds since the epoch */
const time = (seconds: number | undefined) =>
  seconds === undefined
    ? 'unknown'
    : new Date(seconds * 1000).toLocaleString(undefined, TIME_FORMAT)

/** Shows an answer under the button that asked for it. */
export function showAnswer(place: HTMLElement, answer: Answer, signedIn: boolean): void {
  const { request, status, message } = answer
  const good = status !== undefined && status < 400
  const explanation = explain(answer, signedIn)
  place.dataset['outcome'] = good ? 'good' : 'bad'
  place.replaceChildren(
    create('span', String(status ?? 'failed'), 'status'),
    create('code', request, 'request'),
    create('p', message, 'text'),
    ...(explanation === '' ? [] : [create('p', explanation, 'explanation')]),
  )
}

/** @returns what the page shows until the answer comes; once it is gone nobody waits for that answer */
export function showWaiting(place: HTMLElement): HTMLElement {
  const waiting = create('span', 'Asking …', 'request')
  clearAnswer(place)
  place.append(waiting)
  return waiting
}

function clearAnswer(place: HTMLElement): void {
  delete place.dataset['outcome']
  place.replaceChildren()
}

function create(tag: string, text: string, className = ''): HTMLElement {
  const element = document.createElement(tag)
  element.textContent = text
  if (className !== '') element.className = className
  return element
}
