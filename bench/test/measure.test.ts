import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startIssuer, type TestIssuer } from '../../packages/server/test/support/issuer.ts'
import { measure, type MeasureOptions } from '../measure.ts'
import { get, send } from '../requests.ts'
import type { Scenario } from '../scenario.ts'
import type { BenchServer } from '../servers.ts'
import { createTokens } from '../tokens.ts'

let issuer: TestIssuer
let directory: string
let options: MeasureOptions
beforeAll(async () => {
  issuer = await startIssuer()
  directory = mkdtempSync(join(tmpdir(), 'measure-'))
  options = {
    issuer,
    tokens: createTokens(issuer, { directory, cold: 1 }),
    send: () => Promise.reject(new Error('Nothing is sent over sockets here')),
    serverCore: undefined,
    databaseUrl: () => Promise.reject(new Error('There is no database here')),
    seconds: 0.01,
    rounds: 2,
    warmupSeconds: 0.01,
  }
})
afterAll(() => issuer.close())

/** A fetch handler, by what it makes of `request`. */
function handlerOf(name: string, answer: string, more: Partial<BenchServer> = {}): BenchServer {
  const script = join(directory, `${name}.mjs`)
  writeFileSync(script, `export default (request) => ${answer}`)
  return { name, label: name, script, guarded: false, ...more }
}

const scenario = (more: Partial<Scenario> = {}): Scenario => ({
  name: 'fetch',
  title: '',
  statuses: [200],
  text: 'hello',
  inProcess: true,
  servers: [],
  request: (_server, tokens) => send(get('/hello'), tokens.admin()),
  ...more,
})

const HELLO = `new Response('{"a":"hello","b":1}')`

describe('handlers in their own processes', () => {
  it('are asked a fixed number of requests in each round, in turns', async () => {
    const servers = [handlerOf('one', HELLO), handlerOf('other', HELLO)]
    const { servers: results } = await measure(scenario(), servers, options)
    expect(results.map(({ server }) => server)).toEqual(['one', 'other'])
    const fixed = { requests: 150, refused: 0, failed: 0 }
    for (const { samples } of results) expect(samples).toMatchObject([fixed, fixed])
  })

  it('end the run where one breaks down', async () => {
    const servers = [handlerOf('broken', 'process.exit(1)')]
    await expect(measure(scenario(), servers, options)).rejects.toThrow('broken.mjs ended')
  })
})

describe('a server that does not do what the others do', () => {
  const others = `new Response('{"a":"hello","b":2}')`
  it.each([
    ['answers fetch with 200 goodbye', `new Response('goodbye')`],
    ['answers fetch with 400 hello', `new Response('hello', { status: 400 })`],
    ['does not answer fetch as the others do', others],
  ])('is not measured: it %s', async (fault, answer) => {
    const reordered = handlerOf('first', `new Response('{"b":1,"a":"hello"}')`)
    const servers = [reordered, handlerOf('second', HELLO), handlerOf('odd', answer)]
    const measured = measure(scenario({ sameAnswers: true }), servers, options)
    await expect(measured).rejects.toThrow(`odd ${fault}`)
  })

  it('is not measured where it lets everyone in', async () => {
    const open = handlerOf('open', HELLO, { guarded: true })
    await expect(measure(scenario(), [open], options)).rejects.toThrow(
      'open answers 200 where 401 is right',
    )
  })

  it('may give what it likes where answers need not be the same', async () => {
    const servers = [handlerOf('one', HELLO), handlerOf('other', `new Response('hello you')`)]
    await expect(measure(scenario(), servers, { ...options, rounds: 1 })).resolves.toBeTruthy()
  })

  it('is measured where it lets everyone in who has a valid token, if it says so', async () => {
    const tokens = [await options.tokens.admin(), await options.tokens.withoutPermission()]
    const valid = JSON.stringify(tokens.map((token) => `Bearer ${token}`))
    const isValid = `${valid}.includes(request.headers.get('authorization'))`
    const answer = `${isValid} ? ${HELLO} : new Response(null, { status: 401 })`
    const guarded = { ...options, rounds: 1 }
    const open = handlerOf('open', answer, { guarded: true, needsNoPermission: true })
    await expect(measure(scenario(), [open], guarded)).resolves.toBeTruthy()
    const other = handlerOf('other', answer, { guarded: true })
    await expect(measure(scenario(), [other], guarded)).rejects.toThrow(
      'other answers 200 where 403 is right',
    )
  })
})
