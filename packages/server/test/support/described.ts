import type { OutgoingHttpHeaders, RequestListener, Server } from 'node:http'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { OpenAPIObject } from 'trpc-openapi'
import { normalizePath } from 'trpc-hybrid/engine'

/** A request and the answer that the server gave it. */
export interface Exchange {
  readonly method: string
  /** With its query, as in the request line. */
  readonly target: string
  readonly status: number
  /** Names in lower case. */
  readonly headers: OutgoingHttpHeaders
  readonly body: string
}

type Json = Record<string, unknown>
interface DescribedHeader {
  readonly required?: boolean
  readonly schema: Json
}
interface DescribedResponse {
  readonly headers?: Record<string, DescribedHeader>
  readonly content?: Record<string, { readonly schema: Json }>
}

/** These speak another language than the description's. */
const NOT_REST = /^\/(?:trpc|mcp|docs|livez|readyz)(?:\/|\?|$)/
const ANY_ERROR: DescribedResponse = {
  headers: { 'X-Request-Id': { required: true, schema: { type: 'string' } } },
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
}

/**
 * Holds answers to an OpenAPI document.
 *
 * @returns a function from an exchange to what in it the document does not allow. An error outside of
 *   every operation, such as an unknown path, must have the shape of all the others.
 */
export function createDescriptionCheck(document: OpenAPIObject): (exchange: Exchange) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  const validators = new Map<Json, ValidateFunction>() // to compile one takes milliseconds

  function validatorOf(schema: Json): ValidateFunction {
    const known = validators.get(schema)
    const validate = known ?? ajv.compile({ ...schema, components: document.components })
    validators.set(schema, validate)
    return validate
  }

  function faultsOf(schema: Json, value: unknown): string[] {
    const validate = validatorOf(schema)
    if (validate(value)) return []
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`)
  }

  function headerFaults(described: DescribedResponse, headers: OutgoingHttpHeaders): string[] {
    return Object.entries(described.headers ?? {}).flatMap(([name, given]) => {
      const { required = false, schema } = resolve(document, given)
      const value = headers[name.toLowerCase()]
      if (value === undefined) return required ? [`has no ${name}`] : []
      const read = schema['type'] === 'integer' ? Number(value) : String(value)
      return faultsOf(schema, read).map((fault) => `${name}${fault}`)
    })
  }

  function bodyFaults(described: DescribedResponse, { method, headers, body }: Exchange): string[] {
    if (!described.content) return body === '' ? [] : ['a body is not described']
    const [type = ''] = String(headers['content-type']).split(';')
    const content = described.content[type]
    if (!content) return [`the media type ${type} is not described`]
    if (method === 'HEAD') return []
    return faultsOf(content.schema, isJson(type) ? JSON.parse(body) : body)
  }

  return (exchange) => {
    const { method, target, status } = exchange
    const responses = operationFor(document, exchange)?.responses
    if (NOT_REST.test(normalizePath(target)) || (!responses && status < 400)) return []
    const described = responses ? (responses[status] as DescribedResponse | undefined) : ANY_ERROR
    if (!described) return [`${method} ${target}: status ${status} is not described`]
    const response = resolve(document, described)
    const faults = [...headerFaults(response, exchange.headers), ...bodyFaults(response, exchange)]
    return faults.map((fault) => `${method} ${target} ${status}: ${fault}`)
  }
}

/** RFC 6839 §3.1. */
const isJson = (mediaType: string) => /[/+]json$/i.test(mediaType)

function operationFor(document: OpenAPIObject, { method, target }: Exchange) {
  const path = normalizePath(target.split('?')[0]?.replace(/(.)\/$/, '$1') ?? '')
  const templates = Object.keys(document.paths ?? {})
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
  const operations = templates
    .filter((template) => patternOf(template).test(path))
    .toSorted((one, other) => Number(one.includes('{')) - Number(other.includes('{')))
    .map((template) => document.paths?.[template]?.[verb as 'get'])
  return operations.find((operation) => operation !== undefined)
}

function patternOf(template: string): RegExp {
  const literals = template
    .split(/\{[^{}]+\}/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literals.join('[^/]+')}$`)
}

function resolve<T extends object>(document: OpenAPIObject, value: T): T {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value
  const steps = value.$ref.split('/').slice(1)
  return steps.reduce<unknown>((found, step) => (found as Json)[step], document) as T
}

/** What a client saw, as an exchange. */
export async function exchangeOf(response: Response, method = 'GET'): Promise<Exchange> {
  const { pathname, search } = new URL(response.url)
  const headers = Object.fromEntries(response.headers)
  const body = await response.clone().text()
  return { method, target: `${pathname}${search}`, status: response.status, headers, body }
}

/** Hears of every answer of a server, whoever asked. */
export function watchAnswers(server: Server, onAnswer: (exchange: Exchange) => void): void {
  const watch: RequestListener = ({ method = '', url: target = '' }, res) => {
    const chunks: Buffer[] = []
    const keep = (chunk: unknown) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    }
    const write = res.write.bind(res) as (...args: unknown[]) => boolean
    const end = res.end.bind(res) as (...args: unknown[]) => typeof res
    res.write = (...args: unknown[]) => {
      keep(args[0])
      return write(...args)
    }
    res.end = (...args: unknown[]) => {
      keep(args[0])
      return end(...args)
    }
    res.once('finish', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      onAnswer({ method, target, status: res.statusCode, headers: res.getHeaders(), body })
    })
  }
  server.prependListener('request', watch).prependListener('checkContinue', watch)
}
