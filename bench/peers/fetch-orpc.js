// oRPC's OpenAPI handler for fetch.
import { OpenAPIHandler } from '@orpc/openapi/fetch'
import { createVerify, messagesRouter } from './orpc-messages.js'

const handler = new OpenAPIHandler({ messages: messagesRouter })

export default async function handle(request) {
  const context = { verify: createVerify(request.headers.get('authorization')) }
  const { matched, response } = await handler.handle(request, { prefix: '/api', context })
  return matched ? response : new Response(null, { status: 404 })
}
