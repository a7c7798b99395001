import { run } from '@trpc-hybrid/server'
import { createApi } from './api.ts'
import { startJobs } from './jobs.ts'

startJobs(await run(createApi()))
