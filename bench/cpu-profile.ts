/** What is read of a V8 CPU profile (`node --cpu-prof`). Times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface FunctionTime {
  readonly name: string
  /** Counted from 1. */
  readonly line: number
  /** Its part of the busy time. */
  readonly share: number
}

export interface FileTime {
  readonly file: string
  readonly share: number
  /** The most expensive first. */
  readonly functions: readonly FunctionTime[]
}

/** V8's names for the time in which no JavaScript runs and none is waited for. */
const IDLE = new Set(['(idle)', '(root)'])

/** Self time by file and, in it, by function, the most expensive first; idle time is left out. */
export function selfTimes(profile: CpuProfile): FileTime[] {
  const nodes = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const files = new Map<string, Map<string, { name: string; line: number; micros: number }>>()
  let busy = 0
  for (const [index, id] of profile.samples.entries()) {
    const frame = nodes.get(id)
    const micros = profile.timeDeltas[index] ?? 0
    if (!frame || IDLE.has(frame.functionName)) continue
    busy += micros
    const file = shortName(frame.url)
    const functions = files.get(file) ?? new Map<string, never>()
    files.set(file, functions)
    const name = frame.functionName || '(anonymous)'
    const key = `${name}:${frame.lineNumber}`
    const known = functions.get(key) ?? { name, line: frame.lineNumber + 1, micros: 0 }
    known.micros += micros
    functions.set(key, known)
  }
  return [...files]
    .map(([file, functions]) => ({
      file,
      functions: [...functions.values()]
        .map(({ name, line, micros }) => ({ name, line, share: micros / busy }))
        .sort(byShare),
    }))
    .map(({ file, functions }) => ({
      file,
      functions,
      share: functions.reduce((sum, { share }) => sum + share, 0),
    }))
    .sort(byShare)
}

const byShare = (a: { share: number }, b: { share: number }) => b.share - a.share

/** From the package or the project's folder on; what has no file is V8 itself or native code. */
function shortName(url: string): string {
  if (url === '') return '(V8 and native)'
  const path = url.replace(/^file:\/\//, '')
  const inPackage = path.lastIndexOf('/node_modules/')
  if (inPackage >= 0) return path.slice(inPackage + '/node_modules/'.length)
  const inProject = path.lastIndexOf('/dist/')
  return inProject >= 0 ? path.slice(inProject + 1) : path
}

/** @param limits.files how many files, and how many functions of each, are shown at most */
export function renderSelfTimes(
  times: readonly FileTime[],
  limits: { readonly files: number; readonly functions: number },
): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8)
  return times
    .slice(0, limits.files)
    .flatMap(({ file, share, functions }) => [
      `${percent(share)}  ${file}`,
      ...functions
        .slice(0, limits.functions)
        .map((one) => `          ${percent(one.share)}  ${one.name}:${one.line}`),
    ])
    .join('\n')
}
