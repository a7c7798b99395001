interface Page {
  readonly title: string
  /** The path of our own files. */
  readonly assets: string
  /** The path of the package's files. */
  readonly swaggerUi: string
  readonly description: string
}

/** The page itself. Nothing is inline: scripts and styles are files of this server. */
export const renderPage = ({ title, assets, swaggerUi, description }: Page) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${escapeText(title)}</title>
    <link rel="icon" href="${assets}/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${swaggerUi}/swagger-ui.css">
    <link rel="stylesheet" href="${assets}/docs.css">
    <script src="${swaggerUi}/swagger-ui-bundle.js" defer></script>
    <script src="${assets}/docs.js" type="module"></script>
  </head>
  <body>
    <noscript>This page needs JavaScript. The API is described at <a href="${description}">${description}</a> too.</noscript>
    <main id="docs"></main>
  </body>
</html>
`

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Where the issuer sends the sign-in window. It hands over the code and closes. */
export const renderRedirectPage = (swaggerUi: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="color-scheme" content="light dark">
    <title>Signing in</title>
  </head>
  <body>
    <script src="${swaggerUi}/oauth2-redirect.js"></script>
  </body>
</html>
`
