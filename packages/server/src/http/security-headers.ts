import type { Step } from './exchange.ts'

export type SecurityHeaders = Readonly<Record<string, string>>

/**
 * Sent with every response. Our own pages replace the policy with the one that they need.
 *
 * @param hsts the value of `Strict-Transport-Security` (RFC 6797 §6.1); `undefined`: it is not sent
 */
export const securityHeadersWith = (hsts: string | undefined): SecurityHeaders => ({
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  ...(hsts !== undefined && { 'strict-transport-security': hsts }),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '0',
  'cache-control': 'no-store',
})

export function sendSecurityHeaders(headers: SecurityHeaders): Step {
  const entries = Object.entries(headers)
  return ({ res }, next) => {
    for (const [name, value] of entries) res.setHeader(name, value)
    next()
  }
}
