import { z } from 'zod'
import { adminProcedure, protectedProcedure, publicProcedure, router } from '../trpc.ts'
import { adminMessage, protectedMessage, publicMessage } from './messages.ts'

const Message = z
  .object({ message: z.string().meta({ description: 'A text to show to a person.' }) })
  .meta({ id: 'Message', description: 'A message of the API.' })

export const messagesRouter = router({
  public: publicProcedure
    .meta({
      mcp: true,
      openapi: {
        method: 'GET',
        path: '/api/messages/public',
        operationId: 'getPublicMessage',
        tags: ['Messages'],
        summary: 'Read the public message',
        successDescription: 'The public message.',
      },
    })
    .output(Message.meta({ examples: [publicMessage()] }))
    .query(publicMessage),

  protected: protectedProcedure
    .meta({
      mcp: true,
      openapi: {
        method: 'GET',
        path: '/api/messages/protected',
        operationId: 'getProtectedMessage',
        tags: ['Messages'],
        summary: 'Read the protected message',
        successDescription: 'The protected message.',
      },
    })
    .output(Message.meta({ examples: [protectedMessage()] }))
    .query(protectedMessage),

  admin: adminProcedure
    .meta({
      mcp: true,
      openapi: {
        method: 'GET',
        path: '/api/messages/admin',
        operationId: 'getAdminMessage',
        tags: ['Messages'],
        summary: 'Read the admin message',
        successDescription: 'The admin message.',
      },
    })
    .output(Message.meta({ examples: [adminMessage()] }))
    .query(adminMessage),
})
