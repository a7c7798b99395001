import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { initTRPC } from '@trpc/server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import { closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'
import { openRaw, type RawConnection } from '../../../server/test/support/raw.ts'
import { asListener } from './hosts.ts'

const FORM = 'application/x-www-form-urlencoded'
const Note = z.object({ text: z.string() })
const t = initTRPC.meta<HybridMeta>().create()
const hybrid = createHybrid({
  router: t.router({
    save: t.procedure
      .meta({
        openapi: { method: 'POST', path: '/notes', contentTypes: ['application/json', FORM] },
      })
      .input(Note)
      .output(Note)
      .mutation(({ input }) => input),
  }),
  info: { title: 'Notes', version: '1.0.0' },
})
const createContext = () => ({})

interface Timeouts {
  readonly requestTimeout: number
  readonly headersTimeout: number
  readonly connectionsCheckingInterval: number
}
type StartHost = (timeouts: Timeouts) => Promise<Server>

async function listening(server: Server): Promise<Server> {
  await listenOnLoopback(server)
  return server
}
const hostOf =
  (listener: RequestListener): StartHost =>
  (timeouts) =>
    listening(createServer(timeouts, listener))

const handle = nodeHandler(hybrid, { createContext })
const toResponse = fetchHandler(hybrid, { createContext })

const HOSTS: Readonly<Record<string, StartHost>> = {
  'node:http': hostOf(handle),
  Express: hostOf(express().use(handle)),
  'Express, behind express.json()': hostOf(express().use(express.json(), handle)),
  Fastify: async (timeouts) => {
    const app = Fastify({ serverFactory: (listener) => createServer(timeouts, listener as never) })
    await app.register(fastifyPlugin(hybrid, { createContext }))
    await app.listen({ host: '127.0.0.1', port: 0 })
    return app.server
  },
  Hono: hostOf(
    asListener((request) => new Hono().all('*', (c) => toResponse(c.req.raw)).fetch(request)),
  ),
}

interface Lane {
  readonly path: string
  readonly type: string
  readonly body: string
}
const json = (path: string, body: string): Lane => ({ path, type: 'application/json', body })
const LANES: Readonly<Record<string, Lane>> = {
  'REST JSON': json('/notes', '{"text":"hello"}'),
  'a REST form': { path: '/notes', type: FORM, body: 'text=hello' },
  RPC: json('/trpc/save', '{"text":"hello"}'),
  'an RPC batch': json('/trpc/save?batch=1', '{"0":{"text":"hello"}}'),
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const headOf = ({ path, type }: Lane, headers: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n${headers}\r\n`
const wholeHeadOf = (lane: Lane) =>
  headOf(lane, `Content-Length: ${lane.body.length}\r\nConnection: close\r\n`)
const chunkOf = (bytes: number) => `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`
const statusesOf = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
const portOf = (server: Server) => (server.address() as AddressInfo).port

/** Writes until something has come back. @returns how many bytes were written by then */
async function pour({ socket, received }: RawConnection, piece: string): Promise<number> {
  let written = 0
  while (!socket.destroyed && received() === '') {
    const hasRoom = socket.write(piece)
    written += piece.length
    await delay(hasRoom ? 0 : 5)
  }
  return written
}

const connectionsOf = (server: Server) =>
  new Promise<number>((resolve) => {
    server.getConnections((_error, count) => {
      resolve(count)
    })
  })

/** Bytes in buffers, after all that is not used any more was freed. */
function bytesInBuffers(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().arrayBuffers
}

const faults: unknown[] = []
const noteFault = (fault: unknown) => faults.push(fault)
beforeAll(() => {
  process.on('unhandledRejection', noteFault)
})
afterAll(() => {
  process.off('unhandledRejection', noteFault)
})

describe.each(Object.entries(HOSTS))('In %s', (host, start) => {
  let hasty: Server
  let patient: Server
  beforeAll(async () => {
    const often = { connectionsCheckingInterval: 20 }
    hasty = await start({ ...often, requestTimeout: 300, headersTimeout: 300 })
    patient = await start({ ...often, requestTimeout: 60_000, headersTimeout: 60_000 })
  })
  afterAll(() => Promise.all([closeServer(hasty), closeServer(patient)]))

  describe.each(Object.entries(LANES))('the body of %s', (_lane, lane) => {
    const isParsedInFront = host.includes('express.json') && lane.type !== FORM

    it('is taken late, and byte by byte', async () => {
      const late = openRaw(portOf(patient), wholeHeadOf(lane))
      await delay(50)
      late.socket.write(lane.body)
      expect(await late.closed).toMatch(/ 200 [^]*"text":"hello"/)
      const bytes = lane.body.replaceAll(/./g, '1\r\n$&\r\n')
      const head = headOf(lane, `${CHUNKED}Connection: close\r\n`)
      const trickled = openRaw(portOf(patient), `${head}${bytes}0\r\n\r\n`)
      expect(await trickled.closed).toMatch(/ 200 [^]*"text":"hello"/)
    })

    it("ends with the host's time for a request where it does not come, or trickles", async () => {
      const never = openRaw(portOf(hasty), headOf(lane, 'Content-Length: 50\r\n'))
      const half = openRaw(portOf(hasty), headOf(lane, CHUNKED) + chunkOf(5))
      const trickled = openRaw(portOf(hasty), headOf(lane, 'Content-Length: 5000\r\n'))
      const drip = setInterval(() => trickled.socket.write(' '), 20)
      for (const { closed } of [never, half, trickled]) {
        expect(statusesOf(await closed)).toEqual([408])
      }
      clearInterval(drip)
    })

    it.each([
      ['half-closed', 'Content-Length: 50\r\n', '{'],
      ['no chunk', CHUNKED, 'zz\r\n'],
      ['longer than its chunk', CHUNKED, '1\r\nxyz\r\n'],
    ])('is a 400 and a close at once where it is broken: %s', async (what, headers, bytes) => {
      const { socket, closed } = openRaw(portOf(patient), headOf(lane, headers))
      await delay(20) // when somebody waits for it
      if (what === 'half-closed') socket.end(bytes)
      else socket.write(bytes)
      expect(statusesOf(await closed)).toEqual([400])
    })

    it('is a 413 when 100 KiB have come where it is endless, and is cut', async () => {
      // Express itself answers for its parser, and not before the request has ended.
      const server = isParsedInFront ? hasty : patient
      const connection = openRaw(portOf(server), headOf(lane, CHUNKED))
      const written = await pour(connection, chunkOf(16_384))
      const statuses = [413, ...(isParsedInFront ? [408] : [])]
      expect(statuses).toContain(statusesOf(connection.received())[0])
      if (!isParsedInFront) expect(written).toBeLessThan(20_000_000) // most of it in the system's buffers
      connection.socket.destroy()

      // Servers for `fetch` handlers read and drop what is left, for as long as a request may take.
      const endless = openRaw(portOf(host === 'Hono' ? hasty : server), headOf(lane, CHUNKED))
      const flow = setInterval(() => endless.socket.write(chunkOf(16_384)), 5)
      const answer = await endless.closed
      clearInterval(flow)
      expect(statuses).toContain(statusesOf(answer)[0])
    })

    it('is a 413 where its length is known and more than 100 KiB', async () => {
      const head = headOf(lane, 'Content-Length: 200000\r\nConnection: close\r\n')
      const { closed } = openRaw(portOf(patient), head + ' '.repeat(200_000))
      expect(statusesOf(await closed)).toEqual([413])
    })
  })

  it('nothing is held afterwards, and nothing has rejected', async () => {
    const before = bytesInBuffers()
    const opened = Array.from({ length: 100 }, (_, at) => {
      const lane = Object.values(LANES)[at % 4] as Lane
      return openRaw(portOf(hasty), headOf(lane, 'Content-Length: 99000\r\n') + ' '.repeat(95_000))
    })
    for (const { closed } of opened) expect(statusesOf(await closed)).toEqual([408])
    await expect.poll(() => connectionsOf(hasty)).toBe(0)
    await expect.poll(() => connectionsOf(patient)).toBe(0)
    await expect.poll(bytesInBuffers).toBeLessThan(before + 2_000_000)
    expect(faults).toEqual([])
  })
})
