import { readFileSync } from 'node:fs'
import { parser } from '@prometheus-io/lezer-promql'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bearer } from '../../packages/server/test/support/contract.ts'
import { useServer } from '../../packages/server/test/support/fixtures.ts'
import { ADMIN } from '../../packages/server/test/support/issuer.ts'
import { ROOT } from '../../packages/server/test/support/process.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}
interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets: readonly { readonly expr: string; readonly legendFormat?: string }[]
}

const alerts = parse(readFileSync(`${ROOT}deploy/prometheus/alerts.yaml`, 'utf8')) as {
  groups: { rules: Rule[] }[]
}
const dashboard = JSON.parse(readFileSync(`${ROOT}deploy/grafana/messages-api.json`, 'utf8')) as {
  panels: Panel[]
  templating: { list: { name: string; query: string }[] }
}
const rules = alerts.groups.flatMap((group) => group.rules)

/** What Prometheus adds to what it reads, and the bounds of a histogram. */
const LABELS_OF_PROMETHEUS = ['job', 'instance', 'le']
const METRICS_OF_PROMETHEUS = ['up']

/** The names in a PromQL expression, by Prometheus' own grammar. */
function readPromQl(expr: string) {
  const text = expr.replaceAll('$__rate_interval', '5m')
  const names = { metrics: new Set<string>(), labels: new Set<string>() }
  parser.parse(text).iterate({
    enter({ type, name, from, to }) {
      if (type.isError) throw new Error(`No PromQL at ${from}: ${expr}`)
      const word = text.slice(from, to)
      if (name === 'Identifier' && !METRICS_OF_PROMETHEUS.includes(word)) names.metrics.add(word)
      if (name === 'LabelName' && !LABELS_OF_PROMETHEUS.includes(word)) names.labels.add(word)
    },
  })
  return names
}

/** A Redis that is away has its metric too. */
const fixture = useServer({ env: { METRICS_PORT: '0', REDIS_URL: 'redis://127.0.0.1:1' } })
const exported = { metrics: new Set<string>(), labels: new Set<string>() }

beforeAll(async () => {
  const headers = bearer(await fixture.issuer.mint({ claims: ADMIN }))
  await fetch(`${fixture.server.url}/api/messages/admin`, { headers })
  const response = await fetch(`http://127.0.0.1:${fixture.server.metricsPort}/metrics`)
  for (const line of (await response.text()).split('\n')) {
    const [, metric, labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? []
    if (metric !== undefined) exported.metrics.add(metric)
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) exported.labels.add(label)
  }
})

/** @returns the names in the expression */
function expectExported(expr: string) {
  const { metrics, labels } = readPromQl(expr)
  expect([...metrics].filter((name) => !exported.metrics.has(name))).toEqual([])
  expect([...labels].filter((name) => !exported.labels.has(name))).toEqual([])
  return { metrics, labels }
}

describe('the alert rules', () => {
  it.each(rules)('$alert asks for metrics and labels that the server has', ({ expr }) => {
    expectExported(expr)
  })

  it('have names of their own, a severity and a summary', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const { labels, annotations } of rules) {
      expect(['info', 'warning', 'critical']).toContain(labels.severity)
      expect(annotations.summary).not.toBe('')
    }
  })
})

describe('the dashboard', () => {
  it.each(dashboard.panels)('"$title" shows metrics that the server has', ({ targets }) => {
    expect(targets.length).toBeGreaterThan(0)
    for (const { expr, legendFormat = '' } of targets) {
      const { labels } = expectExported(expr)
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        if (label !== 'instance') expect([...labels]).toContain(label)
      }
    }
  })

  it('uses variables that it defines, with no fixed data source', () => {
    const defined = new Set(dashboard.templating.list.map(({ name }) => name))
    const text = JSON.stringify(dashboard).replaceAll('$__rate_interval', '')
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name)
    expect(new Set(used)).toEqual(defined)
  })

  it('has no panel that lies over another one', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  it('fills its choices from a metric that the server has', () => {
    for (const { query } of dashboard.templating.list.slice(1)) {
      const [, metric = ''] = /^label_values\((\w+)/.exec(query) ?? []
      expect(exported.metrics).toContain(metric)
    }
  })
})
