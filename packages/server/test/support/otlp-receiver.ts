import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { baseUrl, closeServer, listenOnLoopback } from './http.ts'

/** A span as OTLP/JSON has it, flattened to what tests look at. */
export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number
  /** 2: error. */
  readonly status: { readonly code?: number }
  readonly attributes: Record<string, unknown>
  /** Ids of the spans that it is linked to. */
  readonly links: readonly string[]
  readonly service: unknown
}

interface KeyValue {
  readonly key: string
  readonly value: Record<string, unknown>
}

interface Payload {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'links'> & {
        attributes: KeyValue[]
        links?: readonly { readonly spanId: string }[]
      })[]
    }[]
  }[]
}

/** Takes traces over OTLP/HTTP, as a collector does. */
export async function startOtlpReceiver() {
  const bodies: { readonly type: string | undefined; readonly body: Buffer }[] = []
  const server = createServer((req, res) => {
    void buffer(req).then((body) => {
      if (req.url === '/v1/traces') bodies.push({ type: req.headers['content-type'], body })
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  const port = await listenOnLoopback(server)
  return {
    url: baseUrl({ port }),
    bodies,
    /** All spans that came as JSON. */
    spans: () => bodies.flatMap(({ body }) => spansOf(JSON.parse(body.toString()) as Payload)),
    close: () => closeServer(server),
  }
}

export type OtlpReceiver = Awaited<ReturnType<typeof startOtlpReceiver>>

function spansOf({ resourceSpans }: Payload): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: plain(span.attributes),
        links: (span.links ?? []).map(({ spanId }) => spanId),
        service: plain(resource.attributes)['service.name'],
      })),
    ),
  )
}

/** `[{ key, value: { stringValue } }]` as `{ key: value }`. */
function plain(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
