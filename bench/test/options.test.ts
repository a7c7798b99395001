import { describe, expect, it } from 'vitest'
import { parseOptions } from '../options.ts'

describe('the flags of npm run bench', () => {
  it('measures every scenario and server without flags, bounded to minutes', () => {
    const options = parseOptions([])
    expect(options).toMatchObject({ seconds: 1, rounds: 3, tokens: 100_000, soakRequests: 0 })
    expect(options.scenarios).toContain('cold')
    expect(options.servers).toContain('messages-api')
  })

  it('takes scenarios and servers by repetition or with commas', () => {
    const flags = ['--scenario', 'admin,rpc', '--scenario', 'cold', '--server', 'fastify']
    const options = parseOptions(flags)
    expect(options.scenarios).toEqual(['admin', 'rpc', 'cold'])
    expect(options.servers).toEqual(['fastify'])
  })

  it('runs the soak with 5 million requests, or with another number', () => {
    expect(parseOptions(['--memory']).soakRequests).toBe(5_000_000)
    expect(parseOptions(['--memory', '--requests', '100000']).soakRequests).toBe(100_000)
  })

  it('measures the start of the server instead where it is asked to', () => {
    expect(parseOptions([]).startUp).toBe(false)
    expect(parseOptions(['--start']).startUp).toBe(true)
  })

  it('measures streams instead where it is asked to', () => {
    expect(parseOptions([]).streams).toBe(false)
    expect(parseOptions(['--streams']).streams).toBe(true)
  })

  it.each([
    [['--seconds', '61'], '--seconds must be a whole number from 1 to 60'],
    [['--rounds', '0'], '--rounds must be a whole number from 1 to 20'],
    [['--warmup', 'long'], '--warmup must be a whole number from 1 to 60'],
    [['--tokens', '1e9'], '--tokens must be a whole number from 1000 to 200000'],
    [['--scenario', 'admn'], '--scenario must be one of admin'],
    [['--server', 'koa'], '--server must be one of messages-api'],
    [['--generator', 'ab'], '--generator must be wrk or autocannon'],
    [['--secnds', '1'], "Unknown option '--secnds'"],
  ])('refuses %j', (flags, message) => {
    expect(() => parseOptions(flags)).toThrow(message)
  })
})
