import type { Answer } from '../answer.ts'
import { isTooDeep } from '../procedures/nesting.ts'
import type { HybridRequest } from '../request.ts'
import type { CallParams, ToolResult } from './call-tool.ts'
import { isId, type MessageId } from './message.ts'

/** A message that calls a tool and asks for nothing else. */
export interface PlainCall extends CallParams {
  readonly id: MessageId
  readonly revision: typeof NEWEST | undefined
  /** All else that the SDK decides by, as text. */
  readonly sender: string
}

const NEWEST = '2026-07-28'
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CLIENT = 'io.modelcontextprotocol/clientInfo'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'

const MESSAGE_KEYS = ['jsonrpc', 'id', 'method', 'params']
const PARAMS_KEYS = ['name', 'arguments', '_meta']
const META_KEYS = [VERSION, CLIENT, CAPABILITIES]
/** Other names that the protocol keeps for itself. The rest are its clients' own, such as `traceparent`. */
const RESERVED = /mcp|modelcontextprotocol/

/** @returns `undefined` for every other message */
export function plainCallIn(message: unknown, request: HybridRequest): PlainCall | undefined {
  if (!hasOnly(MESSAGE_KEYS, message)) return undefined
  const { jsonrpc, id, method, params } = message
  if (jsonrpc !== '2.0' || method !== 'tools/call') return undefined
  if (!isId(id) || !hasOnly(PARAMS_KEYS, params)) return undefined
  const { name, arguments: args, _meta: meta = {} } = params
  if (typeof name !== 'string' || !isArguments(args) || !isMeta(meta)) return undefined
  const { progressToken = 0, [VERSION]: revision } = meta
  if (!isId(progressToken) || !(revision === undefined || revision === NEWEST)) return undefined
  const nameHeader = request.header('mcp-name')
  if (!(nameHeader === undefined || nameHeader === name) || isTooDeep(meta)) return undefined
  const sender = JSON.stringify({
    accept: request.header('accept'),
    type: request.header('content-type'),
    method: request.header('mcp-method'),
    version: request.header('mcp-protocol-version'),
    isNamed: nameHeader !== undefined,
    revision,
    client: meta[CLIENT],
    capabilities: meta[CAPABILITIES],
  })
  return { id, name, arguments: args, revision, sender }
}

function hasOnly(keys: readonly string[], value: unknown): value is Record<string, unknown> {
  return isRecord(value) && Object.keys(value).every((key) => keys.includes(key))
}

/** Names that the SDK's parser has its own ideas about are for it. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !Object.hasOwn(value, '__proto__') && !Object.hasOwn(value, 'constructor')
}

const isArguments = (value: unknown): value is CallParams['arguments'] =>
  value === undefined || isRecord(value)

const isMeta = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) &&
  Object.keys(value).every((key) => META_KEYS.includes(key) || !RESERVED.test(key))

/** How the official server answers plain calls, which takes it ten times as long. */
export interface PlainAnswers {
  /** Remembers that the SDK took a call: it takes the next of the same sender, as it decides by nothing else. */
  readonly learn: (call: PlainCall) => void
  readonly knows: (call: PlainCall) => boolean
  readonly answer: (call: PlainCall, result: ToolResult) => Answer
}

const HEADERS: Answer['headers'] = [['content-type', 'application/json']]
const MAX_SENDERS = 100
/** In characters: more than clients say of themselves. */
const MAX_SENDER = 2_000

/** @param about the server, of which answers to the newest revision tell */
export function createPlainAnswers(about: { name: string; version: string }): PlainAnswers {
  const senders = new Set<string>()
  const stamp = `,"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":${JSON.stringify(about)}}}`
  return {
    learn({ sender }) {
      if (sender.length > MAX_SENDER) return
      if (senders.size === MAX_SENDERS) senders.clear()
      senders.add(sender)
    },
    knows: ({ sender }) => senders.has(sender),
    answer({ id, revision }, result) {
      const text = JSON.stringify(result)
      const stamped = revision === undefined ? text : text.slice(0, -1) + stamp
      const body = `{"result":${stamped},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`
      return { status: 200, headers: HEADERS, body }
    },
  }
}
