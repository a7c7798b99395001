import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { createTRPCUntypedClient, httpSubscriptionLink } from '@trpc/client'
import { EventSource } from 'eventsource'
import { expect, it } from 'vitest'
import { closeServer, listenOnLoopback } from '../../packages/server/test/support/http.ts'
import { subscriptionRequest } from '../streams/subscription-request.ts'

it("is what tRPC's client sends for a subscription", async () => {
  const server = createServer((_req, res) => {
    res.writeHead(204).end()
  })
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}/trpc`
  const link = httpSubscriptionLink({ url, EventSource })
  const asked = once(server, 'request') as Promise<[IncomingMessage]>
  const client = createTRPCUntypedClient({ links: [link] })
  const subscription = client.subscription('events.idle', undefined, { onData: () => undefined })
  const [{ url: path, headers }] = await asked
  subscription.unsubscribe()
  await closeServer(server)
  delete headers.host
  expect({ path, headers }).toEqual(subscriptionRequest('events.idle'))
})
