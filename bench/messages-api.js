// Our server, started from what was built, with procedures that take inputs beside its messages: the product
// has none.
import { messagesRouter } from '../dist/messages/messages.router.js'
import { router } from '../dist/trpc.js'
import { startBuilt } from './built-server.js'
import { reportsRouter } from './reports-router.js'

await startBuilt(router({ messages: messagesRouter, reports: reportsRouter }))
