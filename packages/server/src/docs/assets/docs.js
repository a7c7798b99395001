/* Starts Swagger UI with the API's own description and the settings of its server. */

import { signInPlugin } from './sign-in.js'

const dark = matchMedia('(prefers-color-scheme: dark)')
const followColorScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followColorScheme)
followColorScheme()

/** An address of this server, seen from this file: a proxy may have put a path in front. */
const addressOf = (path) => new URL(`..${path}`, import.meta.url).href

async function getJson(path) {
  const response = await fetch(addressOf(path))
  if (!response.ok) throw new Error(`${path} answered with status ${response.status}`)
  return response.json()
}

/** Without a client to sign in as, only pasting a token is offered. */
function withoutSignIn(description) {
  delete description.components.securitySchemes.oauth2
  for (const methods of Object.values(description.paths)) {
    for (const operation of Object.values(methods)) {
      operation.security = operation.security?.filter((scheme) => !('oauth2' in scheme))
    }
  }
  return description
}

/** The page offers to ask for the scopes of its description alone. */
function withScopes(description, scopes) {
  const { flows } = description.components.securitySchemes.oauth2 ?? {}
  if (flows) flows.authorizationCode.scopes = Object.fromEntries(scopes.map((name) => [name, '']))
  return description
}

/** Shows the permissions that an operation needs beside its path. */
const permissionBadges = (description) => () => {
  return {
    wrapComponents: {
      OperationSummaryPath: (Original, { React: { createElement, Fragment } }) =>
        function OperationSummaryPath(props) {
          const [path, method] = ['path', 'method'].map((key) => props.operationProps.get(key))
          const { 'x-permissions': permissions = [] } = description.paths[path][method]
          const badges = permissions.map((name) =>
            createElement('span', { key: name, className: 'permission' }, name),
          )
          return createElement(Fragment, null, createElement(Original, props), badges)
        },
    },
  }
}

/** Refusals are much alike: each says when it comes, and shows its example and headers on demand. */
const briefRefusals = {
  wrapComponents: {
    response: (Original, { React: { createElement, Fragment, useState } }) =>
      function Response(props) {
        const [isWhole, setWhole] = useState(false)
        if (Number(props.code) < 400) return createElement(Original, props)
        const { code, response } = props
        const shown = isWhole ? response : response.delete('headers').delete('content')
        const toggle = createElement(
          'button',
          { type: 'button', 'aria-expanded': isWhole, onClick: () => setWhole(!isWhole) },
          `Example and headers of ${code}`,
        )
        const cells = ['', toggle].map((content, index) =>
          createElement('td', { key: index }, content),
        )
        return createElement(
          Fragment,
          null,
          createElement(Original, { ...props, response: shown }),
          createElement('tr', { className: 'whole' }, cells),
        )
      },
  },
}

/** Asking for a token stays a simple request (Fetch §2.2.2): not every issuer answers a preflight. */
function dropRequestedWith(request) {
  delete request.headers['X-Requested-With']
  return request
}

const signInOrPaste =
  '**Authorize** signs you in, or takes an access token that you have. Then open a route and press **Execute**.'
const pasteOnly = '**Authorize** takes an access token. Then open a route and press **Execute**.'
const legend = 'A lock marks a route that needs a token, a label the permission that it must hold.'

/** The routes are tried at the server that the page is from: its policy lets it talk to no other. */
function atThisServer(description) {
  description.servers = [{ url: addressOf('').replace(/\/$/, '') }]
  return description
}

function withIntroduction(description, canSignIn) {
  const introduction = `${canSignIn ? signInOrPaste : pasteOnly} ${legend}`
  description.info.description = `${description.info.description}\n\n${introduction}`
  return description
}

async function start() {
  const [{ clientId, scopes, people = {} }, description] = await Promise.all([
    getJson('/docs/settings.json'),
    getJson('/api/openapi.json'),
  ])
  const canSignIn = clientId !== undefined
  const ui = SwaggerUIBundle({
    spec: withIntroduction(
      atThisServer(canSignIn ? withScopes(description, scopes) : withoutSignIn(description)),
      canSignIn,
    ),
    dom_id: '#docs',
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    oauth2RedirectUrl: addressOf('/docs/oauth2-redirect.html'),
    requestInterceptor: dropRequestedWith,
    plugins: [permissionBadges(description), briefRefusals, signInPlugin(people)],
  })
  if (!canSignIn) return
  ui.initOAuth({
    clientId,
    scopes,
    usePkceWithAuthorizationCodeGrant: true,
  })
}

start().catch((error) => {
  document.getElementById('docs').textContent = `The description can't be shown: ${error.message}`
})
