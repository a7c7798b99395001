/** The origin of an address, of an app's own scheme too, such as `capacitor://localhost`. */
export function originOf(url: URL): string {
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
}
