import { describe, expect, it } from 'vitest'
import { renderChart } from '../chart.ts'
import { evaluateGoals } from '../goals.ts'
import type { ScenarioResult } from '../measure.ts'
import { renderReport } from '../report.ts'
import { mergeResults, type Results } from '../results.ts'
import type { Sample } from '../subject.ts'

const sample = (requests: number, values: Partial<Sample> = {}): Sample => ({
  ...{ requests, seconds: 1, refused: 0, failed: 0, p50Ms: 1, p99Ms: 2, cpuMicros: 20 },
  ...values,
})

const scenario = (name: string, servers: Record<string, Sample[]>): ScenarioResult => ({
  scenario: name,
  seconds: 1,
  servers: Object.entries(servers).map(([server, samples]) => ({ server, samples })),
})

const ADMIN = scenario('admin', {
  fastify: [sample(9_000), sample(10_000), sample(11_000)],
  'messages-api': [sample(18_000), sample(21_000), sample(22_000)],
  'node-http': [sample(49_000), sample(50_000), sample(51_000)].map((one) => ({
    ...one,
    p99Ms: 0.8,
  })),
})

const RESULTS: Results = {
  measuredOn: '2026-01-31',
  loadBefore: 0.1,
  environment: {
    cpu: 'Test CPU',
    cores: 2,
    system: 'Linux 6',
    node: 'v20.19.0',
    generator: 'wrk',
    pinned: true,
    connections: 32,
  },
  scenarios: [ADMIN],
  memory: [],
  startUps: [],
  streams: { idle: [], ticking: [] },
}

describe('the report', () => {
  it('lists servers from the fastest on, with median, spread, latency, cost and ratios', () => {
    expect(renderReport(RESULTS)).toContain(
      [
        '| server | req/s | spread | p50 ms | p99 ms | CPU µs/req | of bare | ours is |',
        '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
        '| node:http, no guard and no checks | 50,000 | 4 % | 1.00 | 0.80 | 20.0 | 1.00 × | 0.42 × |',
        '| Messages API | 21,000 | 19 % | 1.00 | 2.00 | 20.0 | 0.42 × | 1.00 × |',
        '| Fastify + @fastify/jwt (cache), get-jwks | 10,000 | 20 % | 1.00 | 2.00 | 20.0 | 0.20 × | 2.00 × |',
      ].join('\n'),
    )
  })

  it('has no latency of handlers without a socket, whose requests are counted', () => {
    const counted = { requests: 15_000, refused: 0, failed: 0 }
    const fetch = scenario('fetch', {
      'fetch-response': [{ ...counted, seconds: 0.1, cpuMicros: 7 }],
      'fetch-hybrid': [{ ...counted, seconds: 0.4, cpuMicros: 27 }],
    })
    expect(renderReport({ ...RESULTS, scenarios: [fetch] })).toContain(
      [
        '| new Response alone | 150,000 | 0 % |  |  | 7.0 | 1.00 × | 0.25 × |',
        '| trpc-hybrid/fetch + access-token | 37,500 | 0 % |  |  | 27.0 | 0.25 × | 1.00 × |',
        '',
        'Medians of 1 rounds of 15,000 requests.',
      ].join('\n'),
    )
  })

  it('says on what machine, and whether it was quiet', () => {
    const report = renderReport(RESULTS)
    expect(report).toContain('2026-01-31: Test CPU, 2 cores')
    expect(report).toContain('Load average before: 0.1')
  })
})

describe('the goals', () => {
  const goalsOf = (...scenarios: ScenarioResult[]) =>
    evaluateGoals({ ...RESULTS, scenarios }).map(
      ({ goal, measured, met }) => `${goal}: ${measured} ${met ? 'yes' : 'no'}`,
    )

  it('set REST against the fastest rival, the fastest peer and bare node:http, round by round', () => {
    expect(goalsOf(ADMIN)).toEqual([
      'admin: × the fastest of Fastify, oRPC, Hono, at least 2: 2.00 yes',
      'admin: × the fastest peer (fastify), at least 1: 2.00 yes',
      'admin: × bare node:http, at least 0.5: 0.42 no',
      'admin: p99 latency × bare node:http, at most 2: 2.50 no',
    ])
  })

  it('set lists and large bodies against the fastest peer and bare node:http', () => {
    const list = scenario('list-200', {
      'messages-api': [sample(4_000)],
      fastify: [sample(3_000)],
      'node-http': [sample(5_000)],
    })
    expect(goalsOf(list)).toEqual([
      'list-200: × the fastest peer (fastify), at least 1: 1.33 yes',
      'list-200: × bare node:http, at least 0.75: 0.80 yes',
    ])
  })

  it('set calls over RPC against oRPC and against REST', () => {
    const admin = scenario('admin', { 'messages-api': [sample(20_000)] })
    const rpc = scenario('rpc', { 'messages-api': [sample(18_000)], orpc: [sample(10_000)] })
    const batch = scenario('batch', { 'messages-api': [sample(4_500)], orpc: [sample(2_000)] })
    expect(goalsOf(admin, rpc, batch)).toEqual([
      'rpc: × oRPC, at least 2: 1.80 no',
      'batch: × oRPC, at least 2: 2.25 yes',
      'rpc: × the fastest peer (orpc), at least 1: 1.80 yes',
      'batch: × the fastest peer (orpc), at least 1: 2.25 yes',
      'RPC, one call: × REST admin, at least 0.8: 0.90 yes',
      'time of a batch of 10: × that of one call, at most 3: 4.00 no',
    ])
  })

  it('set calls of tools against the SDK', () => {
    const mcp = scenario('mcp', { 'messages-api': [sample(1_900)], 'mcp-sdk': [sample(1_000)] })
    expect(goalsOf(mcp)).toEqual([
      'mcp: × the MCP SDK, at least 2: 1.90 no',
      'mcp: × the fastest peer (mcp-sdk), at least 1: 1.90 yes',
    ])
  })

  it('take the faster of two rivals, and of all peers those that leave nothing out', () => {
    const faster = scenario('admin', {
      'messages-api': [sample(20_000)],
      fastify: [sample(10_000)],
      orpc: [sample(16_000)],
      'fastify-static-key': [sample(25_000)],
    })
    expect(goalsOf(faster)).toEqual([
      'admin: × the fastest of Fastify, oRPC, Hono, at least 2: 1.25 no',
      'admin: × oRPC, at least 2: 1.25 no',
      'admin: × the fastest peer (orpc), at least 1: 1.25 yes',
    ])
  })

  it('set the help desk against the cheaper Fastify by hand, by processor time', () => {
    const desk = scenario('helpdesk-20', {
      helpdesk: [sample(2_000, { cpuMicros: 200 }), sample(2_000, { cpuMicros: 210 })],
      'helpdesk-fastify': [sample(2_000, { cpuMicros: 300 }), sample(2_000, { cpuMicros: 310 })],
      'helpdesk-fastify-same-job': [
        sample(3_000, { cpuMicros: 250 }),
        sample(3_000, { cpuMicros: 252 }),
      ],
    })
    expect(goalsOf(desk)).toEqual([
      'helpdesk-20: processor time, × Fastify by hand, at least 1.2: 1.23 yes',
    ])
  })

  it('set handlers of fetch against the fastest that has a guard too', () => {
    const alone = scenario('fetch', {
      'fetch-response': [sample(100_000)],
      'fetch-hybrid': [sample(30_000)],
      'fetch-hono': [sample(10_000)],
      'fetch-orpc': [sample(20_000)],
    })
    const inHono = scenario('hono-rpc', {
      'hono-hybrid': [sample(16_000)],
      'hono-trpc-server': [sample(10_000)],
    })
    expect(goalsOf(alone, inHono)).toEqual([
      'fetch: × the faster of Hono and oRPC, at least 2: 1.50 no',
      'hono-rpc: × Hono + @hono/trpc-server, at least 1.5: 1.60 yes',
    ])
  })

  it.each([
    [102, true],
    [120, false],
  ])('call memory that goes from 100 to %d MiB in the second half flat: %s', (rssMiB, met) => {
    const memory = [
      { requests: 0, rssMiB: 60 },
      { requests: 500_000, rssMiB: 100 },
      { requests: 1_000_000, rssMiB },
    ]
    expect(evaluateGoals({ ...RESULTS, scenarios: [], memory })).toMatchObject([{ met }])
  })
})

describe('starts', () => {
  const startUps = [
    { firstAnswerMs: 280, restMiB: 78 },
    { firstAnswerMs: 290, restMiB: 84 },
    { firstAnswerMs: 400, restMiB: 85 },
  ]
  const started = { ...RESULTS, scenarios: [], startUps }

  it('are judged by their medians', () => {
    expect(evaluateGoals(started)).toEqual([
      { goal: 'start: first answer within 300 ms', measured: '290 ms', met: true },
      { goal: 'start: at most 80 MiB resident at rest', measured: '84 MiB', met: false },
    ])
    expect(renderReport(started)).toContain('| first answer after, ms | 290 | 280 | 400 |')
  })

  it('stay in the results when something else is measured', () => {
    expect(mergeResults(RESULTS, started).startUps).toEqual(startUps)
  })
})

describe('streams', () => {
  const streams = {
    idle: [
      { server: 'messages-api', subscriptions: 5_000, rssKb: 24.94, heapKb: 13 },
      { server: 'trpc-standalone', subscriptions: 5_000, rssKb: 70, heapKb: 45 },
    ],
    ticking: [
      { server: 'messages-api', subscriptions: 1_000, events: 20_000, cpuMicros: 30 },
      { server: 'trpc-standalone', subscriptions: 1_000, events: 20_000, cpuMicros: 120 },
    ],
  }
  const streamed = { ...RESULTS, scenarios: [], streams }

  it('are judged by the memory of an idle one, and by the cost of an event', () => {
    expect(evaluateGoals(streamed)).toEqual([
      {
        goal: 'streams: an idle subscription takes at most 25 KB resident',
        measured: '24.9 KB',
        met: true,
      },
      {
        goal: "streams: processor time of an event × that of tRPC's adapter, at most 1",
        measured: '0.25',
        met: true,
      },
    ])
    expect(renderReport(streamed)).toContain('| Messages API | 24.9 | 13.0 | 30.0 |')
  })

  it('stay in the results when something else is measured', () => {
    expect(mergeResults(RESULTS, streamed).streams).toEqual(streams)
  })
})

describe('merged results', () => {
  it('keep what was not measured again', () => {
    const rpc = { ...RESULTS, scenarios: [scenario('rpc', { 'messages-api': [sample(1)] })] }
    const names = mergeResults(rpc, RESULTS).scenarios.map(({ scenario: name }) => name)
    expect(names).toEqual(['rpc', 'admin'])
  })

  it('drop figures of another environment', () => {
    const other = { ...RESULTS, environment: { ...RESULTS.environment, node: 'v24.0.0' } }
    expect(mergeResults({ ...other, scenarios: [] }, RESULTS).scenarios).toEqual([])
  })
})

describe('the chart', () => {
  it('shows every server with its rate, ours marked and those without a guard paler', () => {
    const svg = renderChart([ADMIN], 'a note with <angle brackets> & more')
    expect(svg).toMatch(/<rect class="bar ours"[^>]*\/>\n<text class="label ours"[^>]*>21,000</)
    expect(svg).toMatch(/<rect class="bar unguarded"[^>]*\/>\n<text[^>]*>50,000</)
    expect(svg).toContain('a note with &lt;angle brackets> &amp; more')
    expect(svg).toContain('prefers-color-scheme: dark')
  })

  it('shows REST and RPC on one scale', () => {
    const rpc = scenario('rpc', { 'messages-api': [sample(25_000)] })
    const svg = renderChart([ADMIN, rpc], '')
    expect(svg).toMatch(/REST: GET[^]*width="440.0"[^]*RPC: one query[^]*width="220.0"/)
  })

  it('shows lists and large bodies on a scale of their own each', () => {
    const list = scenario('list-1000', {
      'messages-api': [sample(500)],
      fastify: [sample(250)],
    })
    const svg = renderChart([list, ADMIN], '')
    expect(svg).toMatch(
      /REST: GET[^]*width="440.0"[^]*a list of 1,000 rows[^]*width="440.0"[^]*width="220.0"/,
    )
  })
})
