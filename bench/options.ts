import { parseArgs } from 'node:util'
import { SCENARIOS } from './scenarios.ts'
import { SERVERS } from './servers.ts'

export interface BenchOptions {
  readonly scenarios: readonly string[]
  readonly servers: readonly string[]
  /** Of one measurement. */
  readonly seconds: number
  readonly rounds: number
  readonly warmupSeconds: number
  /** How many different tokens the cold scenario has. */
  readonly tokens: number
  /** How many requests the memory soak sends; 0: no soak. */
  readonly soakRequests: number
  /** Whether it is the start of our server that is measured. */
  readonly startUp: boolean
  /** Whether it is subscriptions by the thousand, and streamed batches. */
  readonly streams: boolean
  readonly generator: 'wrk' | 'autocannon' | undefined
}

export const USAGE = `npm run bench -- [flags]

  --scenario NAME   one or more, by repetition or commas: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --server NAME     one or more: ${SERVERS.map(({ name }) => name).join(', ')};
                    what is measured is then printed and not written to the results
  --seconds N       length of one measurement (1 to 60, default 1)
  --rounds N        measurements of each server (1 to 20, default 3)
  --warmup N        seconds of load before the first measurement (1 to 60, default 2)
  --tokens N        different tokens in the cold scenario (1000 to 200000, default 100000)
  --start           starts of our server alone: time to the first answer, memory at rest
  --streams         5,000 idle subscriptions, 1,000 with an event a second, streamed batches
  --memory          the memory soak alone: RSS over many requests of every kind
  --requests N      how many requests the soak sends (100000 to 10000000, default 5000000)
  --generator NAME  wrk or autocannon (default: wrk where it is installed)
`

/** @throws {TypeError} for flags that can't be used, with a message for the person who gave them */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true, default: [] },
      server: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '3' },
      warmup: { type: 'string', default: '2' },
      tokens: { type: 'string', default: '100000' },
      start: { type: 'boolean', default: false },
      memory: { type: 'boolean', default: false },
      streams: { type: 'boolean', default: false },
      requests: { type: 'string', default: '5000000' },
      generator: { type: 'string' },
    },
  })
  const requests = bounded('requests', values.requests, { min: 100_000, max: 10_000_000 })
  return {
    scenarios: names('scenario', values.scenario, SCENARIOS),
    servers: names('server', values.server, SERVERS),
    seconds: bounded('seconds', values.seconds, { min: 1, max: 60 }),
    rounds: bounded('rounds', values.rounds, { min: 1, max: 20 }),
    warmupSeconds: bounded('warmup', values.warmup, { min: 1, max: 60 }),
    tokens: bounded('tokens', values.tokens, { min: 1_000, max: 200_000 }),
    startUp: values.start,
    streams: values.streams,
    soakRequests: values.memory ? requests : 0,
    generator: values.generator === undefined ? undefined : generatorNamed(values.generator),
  }
}

/** The options that the flags ask for; without any, what to do instead has been printed. */
export function readFlags(args: readonly string[]): BenchOptions | undefined {
  if (args.includes('--help')) {
    console.log(USAGE)
    return undefined
  }
  try {
    return parseOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exitCode = 1
    return undefined
  }
}

function bounded(flag: string, text: string, range: { min: number; max: number }): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value
  throw new TypeError(`--${flag} must be a whole number from ${range.min} to ${range.max}`)
}

/** The names given, all of them where none is. */
function names(
  flag: string,
  given: readonly string[],
  known: readonly { readonly name: string }[],
): string[] {
  const valid = known.map(({ name }) => name)
  const wanted = given.flatMap((text) => text.split(','))
  const wrong = wanted.find((name) => !valid.includes(name))
  if (wrong !== undefined) throw new TypeError(`--${flag} must be one of ${valid.join(', ')}`)
  return wanted.length > 0 ? valid.filter((name) => wanted.includes(name)) : valid
}

function generatorNamed(text: string): 'wrk' | 'autocannon' {
  if (text === 'wrk' || text === 'autocannon') return text
  throw new TypeError('--generator must be wrk or autocannon')
}
