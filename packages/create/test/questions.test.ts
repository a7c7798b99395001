import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { CreateError, PARTS } from '../src/create-app.ts'
import { askFor, LeftError, type Known } from '../src/questions.ts'

const NAME = 'What is the API called?'
const MESSAGES = 'Keep the three messages'
const DEMO = 'Keep the demo'
const DOCS = 'Keep the docs page'
const ISSUER = 'Keep the issuer'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

/**
 * A person who answers each question once it is asked.
 *
 * @param answers each with what it follows
 */
function talk(known: Known, answers: readonly (readonly [question: string, keys: string])[]) {
  const input = new PassThrough()
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 120 })
  let shown = ''
  let seen = 0
  const left = [...answers]
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    const [next] = left
    const at = next === undefined ? -1 : shown.indexOf(next[0], seen)
    if (next === undefined || at === -1) return
    seen = at + next[0].length
    left.shift()
    input.write(next[1])
  })
  return { decided: askFor(known, { input, output }), input, shown: () => shown }
}

const questionsIn = (shown: string) =>
  [NAME, MESSAGES, DEMO, DOCS, ISSUER].filter((question) => shown.includes(question))

const free = () => join(mkdtempSync(join(tmpdir(), 'asked-')), 'my-api')

describe('the questions', () => {
  it('keep everything, under the name that stands there, where Enter is pressed alone', async () => {
    const { decided, shown } = talk({ keep: {} }, [
      [NAME, '\r'],
      [MESSAGES, '\r'],
      [DEMO, '\r'],
      [DOCS, '\r'],
      [ISSUER, '\r'],
    ])
    expect(await decided).toEqual({ folder: 'my-api', without: [] })
    expect(shown()).toContain(`${NAME} (my-api)`)
  })

  it('leave out what is not wanted', async () => {
    const folder = free()
    const { decided } = talk({ keep: {} }, [
      [NAME, `  ${folder} \r`],
      [MESSAGES, 'y\r'],
      [DEMO, 'n\r'],
      [DOCS, 'NO\r'],
      [ISSUER, 'Yes\r'],
    ])
    expect(await decided).toEqual({ folder, without: ['demo', 'docs'] })
  })

  it('are not asked where it is known, nor of the demo where there are no messages', async () => {
    const folder = free()
    const { decided, shown } = talk({ folder, keep: { docs: false, issuer: true } }, [
      [MESSAGES, 'n\r'],
    ])
    expect(await decided).toEqual({ folder, without: ['messages', 'docs'] })
    expect(questionsIn(shown())).toEqual([MESSAGES])
    const known = talk({ folder, keep: Object.fromEntries(PARTS.map((part) => [part, true])) }, [])
    expect(await known.decided).toEqual({ folder, without: [] })
    expect(questionsIn(known.shown())).toEqual([])
  })

  it('are asked again where the answer is none, or the name can be no package', async () => {
    const folder = free()
    const { decided, shown } = talk({ keep: { demo: true, docs: true, issuer: true } }, [
      [NAME, 'My API\r'],
      [NAME, `${folder}\r`],
      [MESSAGES, 'perhaps\r'],
      [MESSAGES, 'n\u007fy\r'],
    ])
    expect(await decided).toEqual({ folder, without: [] })
    expect(shown()).toContain("My API can't be the name of a package")
  })

  it('take answers that were typed, or pasted, before they were asked', async () => {
    const folder = free()
    const { decided } = talk({ keep: {} }, [[NAME, `${folder}\rn\rn\rn\r`]])
    expect(await decided).toEqual({ folder, without: ['messages', 'docs', 'issuer'] })
  })

  it('begin with no folder that is full, when it is known', async () => {
    const folder = free()
    mkdirSync(folder)
    writeFileSync(join(folder, 'index.html'), '')
    const { decided, shown } = talk({ folder, keep: {} }, [])
    await expect(decided).rejects.toThrow(CreateError)
    expect(questionsIn(shown())).toEqual([])
  })

  it.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
    ['Ctrl-C in the middle of an answer', `n${CTRL_C}`],
  ])('end with %s', async (_how, keys) => {
    const { decided, shown } = talk({ folder: free(), keep: {} }, [
      [MESSAGES, '\r'],
      [DEMO, keys],
    ])
    await expect(decided).rejects.toThrow(LeftError)
    expect(questionsIn(shown())).toEqual([MESSAGES, DEMO])
  })

  it('end where the terminal is gone', async () => {
    const { decided, input } = talk({ keep: {} }, [])
    input.end()
    await expect(decided).rejects.toThrow(LeftError)
  })
})
