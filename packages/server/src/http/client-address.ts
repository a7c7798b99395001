import { isIP } from 'node:net'
import type { Express, Request } from 'express'

/** IPv4, or IPv6 in brackets, with a port: Azure's gateways and others write `X-Forwarded-For` like this. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/

/**
 * The address of a request's sender, as far back as proxies are trusted: a bare IP address, without port,
 * brackets and zone. If an entry of `X-Forwarded-For` is not an IP address, the address of the proxy that
 * passed it on is used. `undefined` where the connection was reset before it could be asked for it.
 */
export function clientAddress(req: Request): string | undefined {
  const { remoteAddress } = req.socket
  const forwarded = req.headers['x-forwarded-for'] === undefined ? [] : req.ips
  for (const entry of forwarded) {
    const address = parseAddress(entry)
    if (address !== undefined) return address
  }
  return remoteAddress === undefined ? undefined : parseAddress(remoteAddress)
}

/**
 * Like Express' setting, but a proxy whose address has a port is recognised too, and a connection that was reset
 * before it could be asked for its address (`undefined`) is no fault.
 */
export function trustProxies(app: Express, trusted: number | string): void {
  app.set('trust proxy', trusted)
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean
  app.set('trust proxy', (entry: string | undefined, hop: number) =>
    entry === undefined
      ? typeof trusted === 'number' && hop < trusted
      : isTrusted(parseAddress(entry) ?? entry, hop),
  )
}

function parseAddress(entry: string): string | undefined {
  if (isIP(entry) === 4) return entry
  const match = WITH_PORT.exec(entry)
  const [address = ''] = (match?.[1] ?? match?.[2] ?? entry).split('%', 1)
  return isIP(address) === 0 ? undefined : address
}
