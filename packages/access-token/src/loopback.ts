const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL names this machine alone. */
export const isLoopback = ({ hostname }: URL) => LOOPBACK.has(hostname)
