import type { Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

/** Listens on 127.0.0.1. @returns the port, a free one unless it is given */
export function listenOnLoopback(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
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
