import { seenByClients } from '@trpc-hybrid/client'
import type { AppRouter as Router } from './router.ts'

/**
 * Only its type is used: the router as clients outside of this repository see it. The build writes its
 * declaration, `dist/client.d.ts`, which needs tRPC's types alone.
 */
export const clientRouter = seenByClients<Router>()

export type AppRouter = typeof clientRouter
