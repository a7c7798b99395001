import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Provider } from 'oidc-provider'
import { jsonAsForm } from './body.ts'
import type { IssuerSettings } from './settings.ts'
import { openState } from './state.ts'

export interface DevIssuerOptions extends Pick<
  IssuerSettings,
  'audience' | 'permissions' | 'allowedOrigins'
> {
  /** 0 takes any free one. */
  readonly port: number
  /** Where keys and sessions are kept from one run to the next; nowhere unless set. */
  readonly stateFile?: string | undefined
  /** Addresses of the API, which a client may ask for as `resource` (RFC 8707) too. */
  readonly resources?: readonly string[] | undefined
  /** Told of failures that are the issuer's own fault; a warning of the process unless set. */
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface DevIssuer {
  /** With the slash at the end. */
  readonly issuer: string
  readonly jwksUri: string
  readonly close: () => Promise<void>
}

/** `localhost` means either of these. Which one is tried first depends on the client. */
const LOOPBACK = ['127.0.0.1', '::1']
const NO_SUCH_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT']

/**
 * Starts an OpenID provider for development. It has people to sign in as, and needs no account anywhere. It
 * listens on loopback only, and not before it can answer. Without a `stateFile` it forgets everything when it
 * is closed.
 *
 * @throws {Error} `EADDRINUSE` when the port is taken
 */
export async function startDevIssuer(options: DevIssuerOptions): Promise<DevIssuer> {
  const { port, audience, permissions, allowedOrigins, stateFile } = options
  const { resources = [], onError = warn } = options
  const { createProvider } = await import('./provider.ts') // it takes long to load
  const state = await openState({ file: stateFile, onError })
  let listener: RequestListener | undefined
  const servers = await listenOnLoopback(port, (listened) => {
    const issuer = issuerAt(listened)
    const settings = { issuer, audience, resources, permissions, allowedOrigins, onError }
    listener ??= createListener(createProvider(settings, state), listened)
    return listener
  })
  state.changed() // a new key must be there after a crash, too
  const issuer = issuerAt(portOf(servers[0]))
  return {
    issuer,
    jwksUri: `${issuer}.well-known/jwks.json`,
    close: async () => {
      await Promise.all(servers.map(close))
      state.close()
    },
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}

const issuerAt = (port: number) => `http://localhost:${port}/`

function createListener(provider: Provider, port: number): RequestListener {
  const answer = provider.callback()
  return onlyLocalHosts(port, (request, response) => {
    jsonAsForm(request).then(
      (form) => answer(form, response),
      () => response.destroy(),
    )
  })
}

/** What answers at a port, which is not known before a server listens there. */
type ListenerFor = (port: number) => RequestListener

/** Listens on the same port of each loopback address that the machine has. */
async function listenOnLoopback(port: number, listenerFor: ListenerFor): Promise<Server[]> {
  const servers: Server[] = []
  try {
    for (const host of LOOPBACK) {
      const server = await listen(servers[0] ? portOf(servers[0]) : port, host)
      if (!server) continue
      servers.push(server)
      server.on('request', listenerFor(portOf(server))) // at once: Node takes no connection before that
    }
    return servers
  } catch (error) {
    await Promise.all(servers.map(close))
    throw error
  }
}

/** `undefined` where the machine has no such address. */
function listen(port: number, host: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (NO_SUCH_ADDRESS.includes(error.code ?? '')) resolve(undefined)
      else reject(error)
    })
    server.listen(port, host, () => {
      resolve(server)
    })
  })
}

/** Refuses a page elsewhere whose host name was pointed at this machine (DNS rebinding). */
function onlyLocalHosts(port: number, listener: RequestListener): RequestListener {
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`)
  return (request, response) => {
    if (hosts.includes(request.headers.host ?? '')) listener(request, response)
    else response.writeHead(421, { 'content-type': 'text/plain' }).end('Misdirected Request\n')
  }
}

const portOf = (server: Server | undefined) => (server?.address() as AddressInfo).port

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
