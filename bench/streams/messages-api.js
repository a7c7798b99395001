// Our server, started from what was built, with subscriptions beside its messages.
import { messagesRouter } from '../../dist/messages/messages.router.js'
import { protectedProcedure, router } from '../../dist/trpc.js'
import { tracked } from '../../node_modules/@trpc/server/dist/index.mjs' // the server's own, not that of the peers
import { runBuilt } from '../built-server.js'
import { createEventProcedures } from './event-procedures.js'

const events = router(createEventProcedures(protectedProcedure, tracked))
await runBuilt(router({ messages: messagesRouter, events }))
