/** The origin of an address, of an app's own scheme too, such as `capacitor://localhost`. */
export function originOf(url: URL): string {
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
}

/** An origin of a page on this machine, as a browser sends it: `localhost`, a name below it (RFC 6761 §6.3), or an address. */
export const LOOPBACK_ORIGIN =
  /^https?:\/\/(?:(?:[a-z\d-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/
