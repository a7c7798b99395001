import { messagesRouter } from './messages/messages.router.ts'
import { router } from './trpc.ts'

/** Every procedure of the API. A feature of your own is one more line here. */
export const appRouter = router({
  messages: messagesRouter,
})

export type AppRouter = typeof appRouter
