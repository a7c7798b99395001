import { run } from '@trpc-hybrid/server'
import { api } from './api.ts'

await run(api)
