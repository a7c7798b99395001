import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './publishable.ts'

/** Rooms by floor, the app on top. */
const FLOORS = [
  ['src'],
  ['client', 'server'],
  ['trpc-hybrid', 'access-token', 'dev-issuer'],
] as const
type Room = (typeof FLOORS)[number][number]
const ROOMS: readonly Room[] = FLOORS.flat()

interface Arrow {
  readonly from: Room
  readonly to: Room
  /** How many files of the one import the other. */
  readonly files: number
}

const ABOUT: Record<Room, string> = {
  src: 'the app',
  client: 'typed calls with tokens',
  server: 'all around procedures',
  'trpc-hybrid': 'RPC, REST, OpenAPI',
  'access-token': 'tokens and keys',
  'dev-issuer': 'sign-in for development',
}

const FILE = join(ROOT, 'docs/house.svg')
const ROOM = { width: 150, height: 64, gapX: 40, gapY: 70, margin: 24 }

const folderOf = (room: Room) => join(ROOT, room === 'src' ? 'src' : `packages/${room}/src`)
const packageOf = (room: Room) => (room === 'trpc-hybrid' ? room : `@trpc-hybrid/${room}`)

function sourcesOf(room: Room): string[] {
  return readdirSync(folderOf(room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folderOf(room), name), 'utf8'))
}

function arrowsFrom(from: Room): Arrow[] {
  const sources = sourcesOf(from)
  return ROOMS.filter((to) => to !== from)
    .map((to) => {
      const imported = new RegExp(`(?:from |import\\()'${packageOf(to)}(?:/[^']*)?'`)
      return { from, to, files: sources.filter((text) => imported.test(text)).length }
    })
    .filter(({ files }) => files > 0)
}

const floorOf = (room: Room) => FLOORS.findIndex((rooms) => rooms.some((one) => one === room))

function placeOf(room: Room): { x: number; y: number } {
  const floor = floorOf(room)
  const rooms: readonly Room[] = FLOORS[floor] ?? []
  const { width, height, gapX, gapY, margin } = ROOM
  const shift = ((3 - rooms.length) * (width + gapX)) / 2
  return {
    x: margin + shift + rooms.indexOf(room) * (width + gapX),
    y: margin + floor * (height + gapY),
  }
}

function drawRoom(room: Room): string {
  const { x, y } = placeOf(room)
  const center = x + ROOM.width / 2
  return `<rect x="${x}" y="${y}" width="${ROOM.width}" height="${ROOM.height}" rx="6"/>
<text x="${center}" y="${y + 30}" class="name">${room}</text>
<text x="${center}" y="${y + 48}">${ABOUT[room]}</text>`
}

function drawArrow({ from, to, files }: Arrow): string {
  const [start, end] = [placeOf(from), placeOf(to)]
  const [x1, y1] = [start.x + ROOM.width / 2, start.y + ROOM.height]
  const [x2, y2] = [end.x + ROOM.width / 2, end.y - 4]
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" marker-end="url(#tip)"/>
<text x="${(x1 + 2 * x2) / 3 + 6}" y="${(y1 + 2 * y2) / 3}" class="count">${files}</text>`
}

/** @throws {Error} for an arrow that does not point down */
function draw(): string {
  const arrows = ROOMS.flatMap(arrowsFrom)
  const wrong = arrows.filter(({ from, to }) => floorOf(to) <= floorOf(from))
  if (wrong.length > 0) {
    throw new Error(`Not downwards: ${wrong.map(({ from, to }) => `${from} → ${to}`).join(', ')}`)
  }
  const width = 2 * ROOM.margin + 3 * ROOM.width + 2 * ROOM.gapX
  const height = 2 * ROOM.margin + 3 * ROOM.height + 2 * ROOM.gapY
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Which package imports which">
<style>
svg { font: 12px system-ui, sans-serif; text-anchor: middle; background: #fff; fill: #444 }
rect { fill: #f4f6fb; stroke: #5b6b8c }
line { stroke: #5b6b8c }
.name { font-size: 15px; font-weight: 600; fill: #1d2636 }
.count { text-anchor: start; font-size: 11px }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b6b8c"/></marker></defs>
${arrows.map(drawArrow).join('\n')}
${ROOMS.map(drawRoom).join('\n')}
</svg>
`
}

/** Draws the packages and their imports; with `--check` it only says where the picture is another. */
const picture = draw()
if (!process.argv.includes('--check')) writeFileSync(FILE, picture)
else if (readFileSync(FILE, 'utf8') !== picture) {
  console.error('docs/house.svg is not what the imports are: npm run house')
  process.exitCode = 1
}
