// The upper bound: a Response that is made anew for each request, and nothing else.
import { messages } from './settings.js'

const body = JSON.stringify(messages.admin)
const headers = { 'content-type': 'application/json; charset=utf-8' }

export default () => new Response(body, { status: 200, headers })
