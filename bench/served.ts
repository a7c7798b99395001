import { cpuSeconds } from './cpu-time.ts'
import type { SendLoad } from './load.ts'
import { startServer, type StartOptions } from './server-process.ts'
import type { BenchServer } from './servers.ts'
import type { Subject } from './subject.ts'

/** A server that is asked over sockets. */
export async function startServed(
  server: BenchServer,
  { send, ...options }: StartOptions & { readonly send: SendLoad },
): Promise<Subject> {
  const { url, pid, stop } = await startServer(server, options)
  return {
    pid,
    stop,
    async ask({ method, path, headers, body = null }) {
      const response = await fetch(url + path, { method, headers, body })
      return { status: response.status, text: await response.text() }
    },
    async load(load) {
      const before = cpuSeconds(pid)
      const sample = await send({ url, ...load })
      const after = cpuSeconds(pid)
      if (before === undefined || after === undefined) return sample
      return { ...sample, cpuMicros: ((after - before) * 1e6) / sample.requests }
    },
  }
}
