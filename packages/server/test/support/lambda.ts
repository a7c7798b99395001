import type { RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** A function of AWS Lambda behind an HTTP API. */
export type LambdaHandler = (event: object, context: object) => Promise<LambdaAnswer>

interface LambdaAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** What an HTTP API does: each request becomes an event of the payload format 2.0, and its result the answer. */
export function asLambda(handler: LambdaHandler): RequestListener {
  return (req, res) => {
    void (async () => {
      const body = await buffer(req)
      const { statusCode, headers, ...answer } = await handler(
        eventOf(req.method ?? '', req.url ?? '', { headers: req.headersDistinct, body }),
        {},
      )
      res.writeHead(statusCode, headers)
      res.end(Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8'))
    })()
  }
}

interface Sent {
  readonly headers: Readonly<Record<string, string[] | undefined>>
  readonly body: Buffer
}

function eventOf(method: string, url: string, { headers, body }: Sent): object {
  const [path = '', query = ''] = url.split('?')
  const joined = Object.entries(headers).map(([name, values]) => [name, values?.join(',')])
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: Object.fromEntries(joined) as object,
    requestContext: { domainName: 'api.example.com', http: { method, path } },
    ...(body.length > 0 && { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  }
}
