import { createHash } from 'node:crypto'

/** Text as HTML, for elements and quoted attributes. */
export const escapeHtml = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const STYLE = `
:root { color-scheme: light dark; --ground: #f3f4f8; --card: #fff; --text: #191c2c; --quiet: #5a6079;
  --line: #d5d9e6; --accent: #3f4fd8; --accent-soft: #eceefc; --badge: #7a4d00; --badge-soft: #fff2d6; }
@media (prefers-color-scheme: dark) { :root { --ground: #11131d; --card: #1b1e2c; --text: #eceef8;
  --quiet: #a7adc6; --line: #363b52; --accent: #97a2ff; --accent-soft: #272c48; --badge: #ffd489;
  --badge-soft: #3a2f17; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem;
  background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border-radius: 1rem;
  border: 1px solid var(--line); box-shadow: 0 12px 32px rgb(20 24 60 / .08); }
@media (max-width: 26rem) { main { padding: 1.5rem 1.25rem; } }
h1 { margin: .75rem 0 .25rem; font-size: 1.6rem; line-height: 1.25; letter-spacing: -.01em; }
p { margin: 0 0 1.25rem; color: var(--quiet); overflow-wrap: anywhere; }
p:last-child { margin-bottom: 0; }
strong { color: var(--text); font-weight: 600; }
code { font: .875em ui-monospace, monospace; }
a { color: var(--accent); }
dl { margin: 0 0 1.25rem; } dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0 0 .75rem; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-size: .8125rem;
  font-weight: 600; color: var(--badge); background: var(--badge-soft); }
button { font: inherit; color: inherit; cursor: pointer; border-radius: .75rem; }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.person { display: flex; align-items: center; gap: .9rem; width: 100%; margin: 0 0 .75rem;
  padding: .9rem 1rem; text-align: left; background: none; border: 1px solid var(--line); }
.person:hover { background: var(--accent-soft); border-color: var(--accent); }
.avatar { flex: none; display: grid; place-items: center; width: 2.75rem; height: 2.75rem;
  border-radius: 50%; font-weight: 600; color: var(--accent); background: var(--accent-soft); }
.person:hover .avatar { color: var(--card); background: var(--accent); }
.who { flex: 1; min-width: 0; } .who b { display: block; font-weight: 600; }
.who span { display: block; font-size: .875rem; color: var(--quiet); }
.arrow { flex: none; width: 1.1rem; color: var(--quiet); }
.plain { display: block; margin: 0 auto 1.25rem; padding: .4rem 1rem; background: none; border: 0;
  color: var(--quiet); }
.plain:last-child { margin-bottom: 0; }
.plain:hover { color: var(--text); text-decoration: underline; }
.primary { width: 100%; padding: .75rem 1rem; border: 0; font-weight: 600; color: var(--card);
  background: var(--accent); margin-bottom: .5rem; }
.primary:hover { filter: brightness(1.08); }
footer { padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .875rem;
  color: var(--quiet); }
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** A whole page. `body` is HTML. */
export const page = (title: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Local issuer</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<span class="badge">Development only</span>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`

/** Any port of this machine. A policy can't name an IPv6 address (CSP Level 3 §2.3.1). */
const LOOPBACK_SOURCES = ['http', 'https'].flatMap((scheme) =>
  ['localhost', '*.localhost', '127.0.0.1'].map((host) => `${scheme}://${host}:*`),
)

/**
 * The headers of every answer. `script-src` allows nothing: oidc-provider adds the hashes of its own two
 * scripts, which submit a form and post a web message. A form may lead to the apps, because browsers apply
 * `form-action` to the redirects that follow too.
 */
export const securityHeaders = (allowedOrigins: readonly string[]) => ({
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    'img-src data:',
    'script-src',
    `form-action 'self' ${[...allowedOrigins, ...LOOPBACK_SOURCES].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
})
