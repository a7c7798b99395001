import { randomUUID } from 'node:crypto'
import type { AnyRouter } from '@trpc/server'
import type { Logger } from 'pino'
import type { InBackground } from '@trpc-hybrid/access-token/engine'
import { aroundProcedures, type Around } from 'trpc-hybrid/engine'
import type { StopTimes } from '../connections/graceful-stop.ts'
import type { RequestScope } from '../http/request-scope.ts'
import { judge } from '../http/judge.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { CallAs } from './call-as.ts'
import { createJobContext } from './job-context.ts'

export interface JobsOptions {
  /** As it is served. */
  readonly router: AnyRouter
  readonly logger: Logger
  readonly inBackground: InBackground
  readonly requestScope: RequestScope | undefined
  readonly traceId: Tracing['traceId']
  readonly onCall: Metrics['onJobCall']
}

/** Work that no request asked for. */
export interface Jobs {
  readonly call: CallAs<AnyRouter>
  /** Takes no more, and waits for what is open. Procedures are told by their signal before the time is over. */
  readonly stop: (times: Pick<StopTimes, 'tellMs' | 'answerMs'>) => Promise<void>
}

interface Job {
  readonly id: string
  readonly subject: string | undefined
  isOver: boolean
}

/** Nothing is made for them before the first one. */
export function createJobs(options: JobsOptions): Jobs {
  const { logger, inBackground, requestScope } = options
  const jobs = new WeakMap<object, Job>()
  const open = new Set<Promise<unknown>>()
  const stopping = new AbortController()
  let isStopping = false
  let observed: AnyRouter | undefined

  const observe: Around = async (procedure, run, ctx) => {
    const job = jobs.get(ctx)
    if (!job || job.isOver) throw new Error('The job of this caller is over')
    const startedAt = performance.now()
    const { id: requestId, subject } = job
    const note = (status: number, err?: unknown): void => {
      const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000
      options.onCall({ procedure, status, durationMs })
      const traceId = options.traceId()
      const line = { requestId, procedure, status, durationMs, subject, traceId }
      if (status < 500) logger.info(line, 'job')
      else logger.error({ ...line, err }, 'job')
    }
    try {
      const result = await run()
      note(200)
      return result
    } catch (error) {
      note(judge(error).status, error)
      throw error
    }
  }

  return {
    async call(person, work) {
      if (isStopping) throw new Error('The server is stopping, and takes no more jobs')
      observed ??= aroundProcedures(options.router, observe)
      const job: Job = { id: randomUUID(), subject: person.subject, isOver: false }
      const ctx = createJobContext(person, { id: job.id, logger })
      jobs.set(ctx, job)
      const caller = observed.createCaller(ctx, { signal: stopping.signal })
      const begin = async () => work(caller)
      const done = inBackground('job', () =>
        requestScope ? requestScope.run(job.id, begin) : begin(),
      ).finally(() => {
        job.isOver = true
        open.delete(done)
      })
      open.add(done)
      return done
    },
    async stop({ tellMs, answerMs }) {
      isStopping = true
      const tell = setTimeout(() => {
        stopping.abort(new DOMException('The server stops', 'AbortError'))
      }, tellMs)
      await settledWithin(answerMs, open)
      clearTimeout(tell)
    },
  }
}

async function settledWithin(ms: number, open: Iterable<Promise<unknown>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([Promise.allSettled(open), over])
  clearTimeout(timer)
}
