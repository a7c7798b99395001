// Our server, started from what was built, with procedures that take inputs beside its messages: the product
// has none.
import { messagesRouter } from '../dist/messages/messages.router.js'
import { router } from '../dist/trpc.js'
import { runBuilt } from './built-server.js'
import { reportsRouter } from './reports-router.js'

await runBuilt(router({ messages: messagesRouter, reports: reportsRouter }))
