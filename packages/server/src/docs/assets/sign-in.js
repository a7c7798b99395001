/* What Swagger UI's sign-in lacks: who is signed in, another person after Logout, a token as it is in a header. */

/** The claims of a JWT; none of any other token. */
function claimsOf(token) {
  try {
    const [, payload] = token.split('.')
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {}
  }
}

/** @param people names by subject */
function nameIn(tokens, people) {
  const claims = tokens.map(claimsOf)
  return claims.flatMap(({ name, email, sub }) => [name, email, people.get(sub), sub]).find(Boolean)
}

/** Where there is a token of both kinds, Swagger UI sends the one that it got by signing in. */
function tellWho({ oauth2, bearer }, people) {
  if (oauth2) {
    const name = nameIn([oauth2.token.id_token, oauth2.token.access_token], people)
    return name ? `Signed in as ${name}` : 'Signed in'
  }
  if (!bearer) return ''
  const name = nameIn([bearer.value], people)
  return name ? `Using a token of ${name}` : 'Using a token'
}

/** Says under the button whose token is sent. */
const showWho =
  (people) =>
  (Original, { React: { createElement, Fragment } }) =>
    function AuthorizeBtnContainer(props) {
      const who = tellWho(props.authSelectors.authorized().toJS(), people)
      const line = createElement('p', { className: 'who', role: 'status' }, who)
      return createElement(Fragment, null, createElement(Original, props), line)
    }

/** Swagger UI puts the focus on the field for a token, though signing in stands before it. */
const focusSignIn = (Original, { React: { createElement, useEffect } }) =>
  function AuthorizationPopup(props) {
    useEffect(() => {
      document.querySelector('[aria-label="Apply given OAuth2 credentials"]')?.focus()
    }, [])
    return createElement(Original, props)
  }

/** The issuer's session goes on after Logout: without being asked to (OpenID Connect Core §3.1.2.1), it would let the same person in. */
const askWhoAfterLogout =
  (logout, { authActions, authSelectors }) =>
  (schemes) => {
    authActions.configureAuth({
      ...authSelectors.getConfigs(),
      additionalQueryStringParams: { prompt: 'login' },
    })
    return logout(schemes)
  }

/** Takes a token that was copied with what stands before it in a header. */
const takeHeaderValue =
  (authorize) =>
  ({ bearer, ...others }) =>
    authorize({
      ...others,
      ...(bearer && {
        bearer: { ...bearer, value: bearer.value?.trim().replace(/^Bearer +/i, '') },
      }),
    })

export const signInPlugin = (people) => ({
  wrapComponents: {
    AuthorizeBtnContainer: showWho(new Map(Object.entries(people))),
    authorizationPopup: focusSignIn,
  },
  statePlugins: {
    auth: { wrapActions: { authorize: takeHeaderValue, logout: askWhoAfterLogout } },
  },
})
