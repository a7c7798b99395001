import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { findFreePort } from './http.ts'
import { launch } from './redis.ts'

const SLOTS = 16_384
/** A node that is silent for so long has failed. */
const NODE_TIMEOUT_MS = 500

/** A real Redis Cluster of three nodes, the first one with a replica that takes over when it dies. */
export async function startRedisCluster() {
  const directory = await mkdtemp(join(tmpdir(), 'redis-cluster-'))
  const nodes = await startNodes(directory)
  const [first, second, third, replica] = nodes as [Node, Node, Node, Node]
  const masters = [first, second, third]
  for (const [n, { command }] of masters.entries()) {
    const [from, to] = [n, n + 1].map((part) => Math.ceil((part * SLOTS) / masters.length))
    await command('CLUSTER', 'ADDSLOTSRANGE', String(from), String((to ?? 0) - 1))
    await command('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1))
  }
  for (const { command } of nodes.slice(1)) {
    await command('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(first.bus))
  }
  const firstId = JSON.parse(await first.command('CLUSTER', 'MYID')) as string
  await until(async () => (await replica.command('CLUSTER', 'NODES')).includes(firstId))
  await replica.command('CLUSTER', 'REPLICATE', firstId)
  const isWhole = async ({ command }: Node) =>
    (await command('CLUSTER', 'INFO')).includes('state:ok')
  await until(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean))
  await until(async () => (await replica.command('ROLE')).includes('connected'))

  return {
    /** As `REDIS_URL` takes them. */
    urls: masters.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    /** How many keys each master holds. */
    sizes: () => Promise.all(masters.map(async ({ command }) => Number(await command('DBSIZE')))),
    /** Ends the first node. @returns when its replica has taken over */
    async failOver() {
      await first.kill()
      await until(async () => (await replica.command('ROLE')).startsWith('["master"'))
      await until(() => isWhole(second))
    },
    async end() {
      await Promise.all(nodes.map((node) => node.kill()))
      await rm(directory, { recursive: true })
    },
  }
}

export type TestRedisCluster = Awaited<ReturnType<typeof startRedisCluster>>
type Node = Awaited<ReturnType<typeof startNode>>

/** Again, should another program have taken one of the free ports meanwhile; none is left behind. */
async function startNodes(directory: string, tries = 3): Promise<Node[]> {
  const starts = await Promise.allSettled([0, 1, 2, 3].map((n) => startNode(directory, n)))
  const failed = starts.find((start) => start.status === 'rejected')
  const nodes = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  if (!failed) return nodes
  await Promise.all(nodes.map((node) => node.kill()))
  if (tries === 1) throw failed.reason
  return startNodes(directory, tries - 1)
}

async function startNode(directory: string, n: number) {
  const [port, bus] = [await findFreePort(), await findFreePort()]
  const child = await launch(port, {
    dir: directory,
    'cluster-enabled': 'yes',
    'cluster-config-file': `nodes-${n}.conf`,
    'cluster-node-timeout': NODE_TIMEOUT_MS,
    'cluster-port': bus,
    'repl-ping-replica-period': 1,
  })
  const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 })
  await client.on('error', () => undefined).connect()
  return {
    port,
    bus,
    /** @returns the answer as JSON */
    command: async (...args: string[]) => JSON.stringify(await client.sendCommand(args)),
    async kill() {
      client.destroy()
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(20)
}
