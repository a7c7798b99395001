import { createCluster } from '@redis/client'
import {
  CONNECTION_OPTIONS,
  SOCKET_OPTIONS,
  type RedisClient,
  type RedisEvents,
  type RedisReply,
} from './client.ts'

/** How long after the loss of a node the cluster is asked for its current nodes. */
const RENEW_MS = 500

type Cluster = ReturnType<typeof newCluster>

/**
 * Connects to a Redis Cluster through any node that answers. When a connection to a node is lost, all
 * connections are made anew until the cluster is whole again, as after a failover. The client's own way
 * would wait for a node that is dead at that moment, possibly forever.
 *
 * @param urls some of its nodes, with one user and password for all
 */
export function connectToCluster(
  urls: readonly [string, ...string[]],
  { onReady, onError }: RedisEvents,
): RedisClient {
  let renewal: NodeJS.Timeout | undefined
  let whole = false
  let cluster: Cluster | undefined = open()

  function open(): Cluster {
    const opening = newCluster(urls)
    let lost = false
    const lose = (error: unknown) => {
      if (opening !== cluster) return
      lost = true
      whole = false
      onError(error)
      renewal ??= setTimeout(renew, RENEW_MS).unref()
    }
    opening.on('error', () => undefined) // one of `urls` did not answer: there are others
    opening.on('node-error', lose)
    void opening.connect().then(() => {
      if (lost || opening !== cluster) return
      whole = true
      onReady()
    }, lose)
    return opening
  }

  function renew(): void {
    clearTimeout(renewal)
    renewal = undefined
    whole = false
    cluster?.destroy()
    cluster = open()
  }

  return {
    isReady: () => whole,
    async send(key, command) {
      if (!cluster) throw new Error('The connection is closed')
      return cluster.sendCommand<RedisReply>(key, false, command)
    },
    renew,
    close() {
      clearTimeout(renewal)
      const closing = cluster
      cluster = undefined // what ends now is not lost
      closing?.destroy()
    },
  }
}

function newCluster(urls: readonly [string, ...string[]]) {
  const { protocol, username, password } = new URL(urls[0])
  const socket = { ...SOCKET_OPTIONS, reconnectStrategy: false as const }
  return createCluster({
    RESP: 2,
    rootNodes: urls.map((url) => ({ url })),
    // For the nodes that those of `rootNodes` tell of.
    defaults: {
      ...CONNECTION_OPTIONS,
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      socket: protocol === 'rediss:' ? { ...socket, tls: true } : socket,
    },
  })
}
