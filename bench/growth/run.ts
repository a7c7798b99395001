import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startIssuer, type TestIssuer } from '../../packages/server/test/support/issuer.ts'
import { featuresOf, writeApp } from './app.ts'
import { renderGrowth, type Curve } from './chart.ts'
import { measureCompileTime, type CompileTime } from './compile-time.ts'
import { measureRunTime, type RunTime } from './run-time.ts'
import { bundleApp } from './serve.ts'

const SIZES = [3, 300, 1_000, 3_000]
/** Other programs only add to a figure, so the least of these is told. */
const ROUNDS = 3

type Figures = RunTime & CompileTime

const SHOWN: readonly (readonly [name: keyof Figures, title: string, unit: string])[] = [
  ['startMs', 'Start', 'ms'],
  ['restMiB', 'Memory after it', 'MiB'],
  ['firstDocumentMs', 'First document', 'ms'],
  ['nextDocumentMs', 'Next document', 'ms'],
  ['firstRouteMs', 'Request to the first route', 'ms'],
  ['lastRouteMs', 'Request to the last route', 'ms'],
  ['appSeconds', 'Compile the app', 's'],
  ['clientSeconds', 'Compile a client', 's'],
]

async function measure(procedures: number, issuer: TestIssuer): Promise<Figures> {
  const app = writeApp(procedures)
  try {
    const names = featuresOf(procedures)
    const rounds: RunTime[] = []
    const script = bundleApp(app)
    for (let n = 0; n < ROUNDS; n += 1) {
      const firstPath = `/api/${names[0]}/count`
      rounds.push(
        await measureRunTime({ script, issuer, firstPath, lastPath: `/api/${names.at(-1)}/count` }),
      )
    }
    return { ...leastOf(rounds), ...measureCompileTime(app) }
  } finally {
    rmSync(app, { recursive: true })
  }
}

function leastOf([first, ...others]: readonly RunTime[]): RunTime {
  const names = Object.keys(first ?? {}) as (keyof RunTime)[]
  return Object.fromEntries(
    names.map((name) => [
      name,
      Math.min(...[first, ...others].map((one) => one?.[name] ?? Infinity)),
    ]),
  ) as unknown as RunTime
}

const root = fileURLToPath(new URL('../../', import.meta.url))
execFileSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
const issuer = await startIssuer()
const measured: (Figures & { readonly procedures: number })[] = []
for (const procedures of SIZES) {
  measured.push({ procedures, ...(await measure(procedures, issuer)) })
  console.log(JSON.stringify(measured.at(-1)))
}
await issuer.close()

const curves = SHOWN.map(([name, title, unit]): Curve => {
  const points = measured.map((one) => ({ procedures: one.procedures, value: one[name] }))
  return { title, unit, points }
})
const load = (loadavg()[1] ?? 0).toFixed(1)
const note = `Processor time; ${cpus()[0]?.model ?? ''}, Node.js ${process.versions.node}, load ${load}; the least of ${ROUNDS} rounds`
writeFileSync(new URL('growth.svg', import.meta.url), renderGrowth(curves, note))
