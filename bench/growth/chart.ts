/** A figure by the number of procedures. */
export interface Curve {
  readonly title: string
  readonly unit: string
  readonly points: readonly { readonly procedures: number; readonly value: number }[]
}

const WIDTH = 240
const HEIGHT = 130
const GAP = 26
const TOP = 66
const TITLE_HEIGHT = 50
const BOTTOM = 30
const COLUMNS = 3

const STYLE = `
  text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .section { font-weight: 600 }
  .note { fill: #59636e }
  .axis { stroke: #818b98; stroke-width: 1 }
  .linear { stroke: #8c959f; stroke-dasharray: 4 4; fill: none }
  .curve { stroke: #0969da; stroke-width: 2; fill: none }
  .point { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note { fill: #9198a1 }
    .curve { stroke: #4493f8 }
    .point { fill: #4493f8 }
  }`

/**
 * One plot a figure, as SVG. The dashed line leads from nothing to the last point: a curve above it bends downwards, so
 * each further procedure costs less than those before.
 */
export function renderGrowth(curves: readonly Curve[], note: string): string {
  const width = COLUMNS * (WIDTH + GAP)
  const rows = Math.ceil(curves.length / COLUMNS)
  const height = TOP + rows * (HEIGHT + TITLE_HEIGHT) + BOTTOM
  const plots = curves.map((curve, at) =>
    renderPlot(curve, {
      x: (at % COLUMNS) * (WIDTH + GAP),
      y: TOP + Math.floor(at / COLUMNS) * (HEIGHT + TITLE_HEIGHT),
    }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">
<title id="title">What grows with the number of procedures</title>
<desc id="desc">${curves.map(describe).join('; ')}</desc>
<style>${STYLE}
</style>
<text class="title" x="0" y="20">What grows with the number of procedures</text>
<text class="note" x="0" y="42">The dashed line is what would grow in proportion to them</text>
${plots.join('\n')}
<text class="note" x="0" y="${height - 10}">${note}</text>
</svg>
`
}

const describe = ({ title, unit, points }: Curve) =>
  `${title}: ${points.map(({ procedures, value }) => `${count(value)} ${unit} at ${count(procedures)}`).join(', ')}`

function renderPlot(
  { title, unit, points }: Curve,
  { x, y }: { readonly x: number; readonly y: number },
): string {
  const last = points.at(-1) ?? { procedures: 1, value: 1 }
  const max = Math.max(Number.MIN_VALUE, ...points.map(({ value }) => value))
  const bottom = y + HEIGHT
  const places = points.map(({ procedures, value }) => ({
    px: (x + (WIDTH * procedures) / last.procedures).toFixed(1),
    py: (bottom - (HEIGHT * value) / max).toFixed(1),
  }))
  const end = places.at(-1) ?? { px: x, py: bottom }
  return `<text class="section" x="${x}" y="${y - 10}">${title}: ${count(last.value)} ${unit}</text>
<path class="axis" d="M${x} ${y}V${bottom}H${x + WIDTH}" fill="none"/>
<path class="linear" d="M${x} ${bottom}L${end.px} ${end.py}"/>
<path class="curve" d="M${places.map(({ px, py }) => `${px} ${py}`).join('L')}"/>
${places.map(({ px, py }) => `<circle class="point" cx="${px}" cy="${py}" r="3"/>`).join('\n')}
<text class="note" x="${x + WIDTH}" y="${bottom + 16}" text-anchor="end">${count(last.procedures)} procedures</text>`
}

const count = (value: number) =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 })
