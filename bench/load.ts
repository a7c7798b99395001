import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pinned, type Command } from './cores.ts'
import type { BenchRequest } from './requests.ts'

export const CONNECTIONS = 32
/** Past the length of a measurement, before the load generator is given up. */
const GRACE_MS = 20_000

export interface Load {
  readonly url: string
  readonly request: BenchRequest
  readonly seconds: number
  readonly connections: number
  /** The number of the first token of the file, so that tokens go on where they stopped. */
  readonly firstToken: number
}

/** What the load generator found in one measurement. */
export interface LoadSample {
  readonly requests: number
  readonly seconds: number
  /** Answers with a status of 400 or more. */
  readonly refused: number
  /** Requests without an answer. */
  readonly failed: number
  /** Absent where requests don't wait for one another. */
  readonly p50Ms?: number
  readonly p99Ms?: number
}

export type SendLoad = (load: Load) => Promise<LoadSample>

/** @returns a function that puts load on a server from one core */
export function createLoad(options: {
  readonly generator: 'wrk' | 'autocannon'
  readonly core: number | undefined
}): SendLoad {
  const commandFor = options.generator === 'wrk' ? wrk : autocannon
  return async (load) => {
    const [program, ...args] = pinned(options.core, commandFor(load))
    const { stdout } = await promisify(execFile)(program, args, {
      timeout: load.seconds * 1000 + GRACE_MS,
    })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as LoadSample
  }
}

const script = (name: string) => fileURLToPath(new URL(`load/${name}`, import.meta.url))

function wrk({ url, request, seconds, connections, firstToken }: Load): Command {
  return [
    'wrk',
    ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script('wrk.lua')],
    ...Object.entries(request.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...[url + request.path, '--', request.method, request.body ?? ''],
    ...(request.tokensFile === undefined ? [] : [request.tokensFile, String(firstToken)]),
  ]
}

function autocannon({ url, request, seconds, connections, firstToken }: Load): Command {
  const { method, path, headers, body, tokensFile } = request
  const settings = {
    ...{ url: url + path, method, headers, body, seconds, connections },
    ...(tokensFile !== undefined && { tokens: { file: tokensFile, first: firstToken } }),
  }
  return ['node', script('autocannon.js'), JSON.stringify(settings)]
}
