const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL names this machine alone. */
export const isLoopback = ({ hostname }: URL) => LOOPBACK.has(hostname)

/** An origin of a page on this machine, as a browser sends it: `localhost`, a name below it (RFC 6761 §6.3), or an address. */
export const LOOPBACK_ORIGIN =
  /^https?:\/\/(?:(?:[a-z\d-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/
