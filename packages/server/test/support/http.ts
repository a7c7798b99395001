import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, vi } from 'vitest'

/** Listens on 127.0.0.1. @returns the port, a free one unless it is given */
export function listenOnLoopback(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Below those that systems choose themselves, for servers at port 0 and for clients: none of them takes it meanwhile. */
const CHOSEN_PORTS = { from: 12_000, to: 32_000 } // Linux begins at 32,768, macOS and Windows at 49,152

/** A port that is free now, for what must know its address before it listens. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(CHOSEN_PORTS.from, CHOSEN_PORTS.to)
    const server = createServer()
    const isFree = await listenOnLoopback(server, port).then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    await closeServer(server)
    return port
  }
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}

export function baseUrl({ port, tls = false }: { port: number; tls?: boolean }): string {
  return tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
}

/** Waits until a server has its issuer's keys. */
export function untilReady(url: string): Promise<void> {
  const check = async () => {
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  }
  return vi.waitFor(check, { timeout: 60_000 })
}

/** Whether something on 127.0.0.1 takes connections at this port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => {
      resolve(false)
    })
  })
}
