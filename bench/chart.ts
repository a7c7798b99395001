import type { ScenarioResult } from './measure.ts'
import { serverNamed } from './servers.ts'
import { median } from './statistics.ts'

const WIDTH = 800
const LABEL_WIDTH = 290
const VALUE_WIDTH = 70
const ROW_HEIGHT = 28
const BAR_HEIGHT = 18
const SECTION_HEIGHT = 34
const TOP = 50
const BOTTOM = 36

/** Colours that can be read on a light and on a dark page, chosen by the reader's own setting. */
const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .note { font-size: 12px; fill: #59636e }
  .ours, .section { font-weight: 600 }
  .track { fill: #818b981f }
  .bar { fill: #8c959f }
  .bar.ours { fill: #0969da }
  .bar.unguarded { fill: #8c959f; fill-opacity: 0.45 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note { fill: #9198a1 }
    .bar { fill: #7d8590 }
    .bar.unguarded { fill: #7d8590 }
    .bar.ours { fill: #4493f8 }
  }`

/** The scenarios that the chart shows, under the words for each: first those that exchange few bytes. */
const SECTIONS: Readonly<Record<string, string>> = {
  admin: 'REST: GET /api/messages/admin',
  'rest-post': 'REST: POST with a JSON body',
  rpc: "RPC: one query, as each server's own client sends it",
  'rpc-input': 'RPC: one query with an input',
  mutation: 'RPC: one mutation',
  'crowd-1000': 'REST: GET /api/messages/admin over 1,000 connections',
  'crowd-4000': 'REST: GET /api/messages/admin over 4,000 connections',
}

/** Those that exchange many bytes, or are something else: each has a scale of its own. */
const OTHER_SECTIONS: Readonly<Record<string, string>> = {
  'list-20': 'REST: a list of 20 rows',
  'list-200': 'REST: a list of 200 rows',
  'list-1000': 'REST: a list of 1,000 rows',
  'rpc-list-200': 'RPC: a list of 200 rows',
  'body-29k': 'REST: POST with a JSON body of 29 kB',
  'body-75k': 'REST: POST with a JSON body of 75 kB',
  'rpc-body-75k': 'RPC: a mutation with an input of 75 kB',
  'helpdesk-20': 'Help desk: a list of 20 tickets from PostgreSQL',
  'helpdesk-200': 'Help desk: a list of 200 tickets from PostgreSQL',
  fetch: 'fetch: a Request to its Response, without a socket',
  'hono-rpc': 'Hono on Node.js: one query over RPC',
}

interface Row {
  readonly server: string
  readonly perSecond: number
}

interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** A bar chart of requests a second over REST and RPC, as SVG; servers without a guard are paler. */
export function renderChart(results: readonly ScenarioResult[], note: string): string {
  const small = sectionsOf(SECTIONS, results)
  const others = sectionsOf(OTHER_SECTIONS, results)
  const sections = [...small, ...others]
  let y = TOP
  const parts = sections.map((section) => {
    const at = y
    y += SECTION_HEIGHT + section.rows.length * ROW_HEIGHT
    const scale = small.includes(section) ? small : [section]
    const max = Math.max(...scale.flatMap(({ rows }) => rows.map((row) => row.perSecond)))
    return renderSection(section, { y: at, max })
  })
  const height = y + BOTTOM
  const summary = sections.map(
    ({ title, rows }) =>
      `${title}: ${rows.map(({ server, perSecond }) => `${serverNamed(server).label} ${count(perSecond)}`).join(', ')}`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">
<title id="title">Requests per second on one core</title>
<desc id="desc">${escape(summary.join('; '))}</desc>
<style>${STYLE}
</style>
<text class="title" x="0" y="20">Requests per second on one core</text>
<text class="note" x="0" y="42">Each with a valid access token and a browser's Origin; paler: no guard, for reference</text>
${parts.join('\n')}
<text class="note" x="0" y="${height - 10}">${escape(note)}</text>
</svg>
`
}

function sectionsOf(titles: typeof SECTIONS, results: readonly ScenarioResult[]): Section[] {
  return Object.entries(titles).flatMap(([name, title]) => {
    const result = results.find(({ scenario }) => scenario === name)
    return result ? [{ title, rows: rowsOf(result) }] : []
  })
}

function rowsOf({ servers }: ScenarioResult): Row[] {
  return servers
    .map(({ server, samples }) => ({
      server,
      perSecond: median(samples.map(({ requests, seconds }) => requests / seconds)),
    }))
    .sort((a, b) => b.perSecond - a.perSecond)
}

interface Place {
  readonly y: number
  readonly max: number
}

function renderSection(section: Section, { y, max }: Place): string {
  const rows = section.rows.map((row, index) =>
    renderRow(row, { y: y + SECTION_HEIGHT + index * ROW_HEIGHT, max }),
  )
  return [
    `<text class="section" x="0" y="${y + 22}">${escape(section.title)}</text>`,
    ...rows,
  ].join('\n')
}

function renderRow(row: Row, at: Place): string {
  const { label, guarded, ours } = serverNamed(row.server)
  const space = WIDTH - LABEL_WIDTH - VALUE_WIDTH
  const length = Math.max(2, (space * row.perSecond) / at.max).toFixed(1)
  const kind = ours ? ' ours' : guarded ? '' : ' unguarded'
  const middle = at.y + BAR_HEIGHT / 2 + 5
  const bar = `x="${LABEL_WIDTH}" y="${at.y}" height="${BAR_HEIGHT}" rx="3"`
  return `<text class="label${kind}" x="0" y="${middle}">${escape(label)}</text>
<rect class="track" ${bar} width="${space}"/>
<rect class="bar${kind}" ${bar} width="${length}"/>
<text class="label${kind}" x="${WIDTH}" y="${middle}" text-anchor="end">${count(row.perSecond)}</text>`
}

const count = (value: number) => Math.round(value).toLocaleString('en-US')

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
