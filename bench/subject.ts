import type { LoadSample } from './load.ts'
import type { BenchRequest } from './requests.ts'

export interface Sample extends LoadSample {
  /** Processor time of the server, in microseconds a request; absent where it can't be read. */
  readonly cpuMicros?: number
}

export interface SubjectLoad {
  readonly request: BenchRequest
  readonly seconds: number
  readonly connections: number
  /** The number of the first token of the file, so that tokens go on where they stopped. */
  readonly firstToken: number
}

/** What is measured: a process with a server, or with a handler that needs none. */
export interface Subject {
  readonly pid: number
  /** Sends one request. */
  readonly ask: (
    request: BenchRequest,
  ) => Promise<{ readonly status: number; readonly text: string }>
  /** Sends as many as it can, or so many as last about as long. */
  readonly load: (load: SubjectLoad) => Promise<Sample>
  readonly stop: () => Promise<void>
}
