import type { ScenarioResult } from './measure.ts'
import { OURS, serverNamed } from './servers.ts'
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

/** The scenarios that the chart shows, under the words for each. */
const SECTIONS: Readonly<Record<string, string>> = {
  admin: 'REST: GET /api/messages/admin',
  'rest-post': 'REST: POST with a JSON body',
  rpc: "RPC: one query, as each server's own client sends it",
  'rpc-input': 'RPC: one query with an input',
  mutation: 'RPC: one mutation',
}

interface Row {
  readonly server: string
  readonly perSecond: number
}

/** A bar chart of requests a second over REST and RPC, as SVG; servers without a guard are paler. */
export function renderChart(results: readonly ScenarioResult[], note: string): string {
  const sections = Object.entries(SECTIONS).flatMap(([name, title]) => {
    const result = results.find(({ scenario }) => scenario === name)
    return result ? [{ title, rows: rowsOf(result) }] : []
  })
  const max = Math.max(...sections.flatMap(({ rows }) => rows.map((row) => row.perSecond)))
  let y = TOP
  const parts = sections.map(({ title, rows }) => {
    const at = y
    y += SECTION_HEIGHT + rows.length * ROW_HEIGHT
    return renderSection({ title, rows }, { y: at, max })
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

function renderSection(
  section: { title: string; rows: readonly Row[] },
  { y, max }: Place,
): string {
  const rows = section.rows.map((row, index) =>
    renderRow(row, { y: y + SECTION_HEIGHT + index * ROW_HEIGHT, max }),
  )
  return [
    `<text class="section" x="0" y="${y + 22}">${escape(section.title)}</text>`,
    ...rows,
  ].join('\n')
}

function renderRow(row: Row, at: Place): string {
  const { label, guarded } = serverNamed(row.server)
  const space = WIDTH - LABEL_WIDTH - VALUE_WIDTH
  const length = Math.max(2, (space * row.perSecond) / at.max).toFixed(1)
  const kind = row.server === OURS ? ' ours' : guarded ? '' : ' unguarded'
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
