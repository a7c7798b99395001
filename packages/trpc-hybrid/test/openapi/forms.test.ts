import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { describeInBrowser, launchBrowser } from '../../../server/test/support/browser.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { describeBehindAuth0 } from '../../../server/test/support/lint-description.ts'

const FORM = 'application/x-www-form-urlencoded'
const Tags = z.object({ tags: z.array(z.string()) })

const taking = (input: z.ZodObject, contentTypes: (typeof FORM | 'application/json')[] = [FORM]) =>
  router({
    tag: publicProcedure
      .meta({ openapi: { method: 'POST', path: '/tags', tags: ['Tags'], contentTypes } })
      .input(input)
      .output(z.object({ got: z.unknown() }))
      .mutation(({ input: got }) => ({ got })),
  })

const describedForm = (input: z.ZodObject) => {
  const { paths } = describeBehindAuth0(taking(input, ['application/json', FORM]))
  return (paths?.['/tags']?.post?.requestBody as { content: Record<string, Content> }).content
}

interface Content {
  readonly encoding?: object
}

const PAIRS = { style: 'form', explode: true }

describe('the description of a form', () => {
  it('says that each item of a list is a pair of its own', () => {
    const content = describedForm(
      z.object({
        name: z.string(),
        tags: z.array(z.string()),
        pair: z.tuple([z.string(), z.number()]).optional(),
        either: z.union([z.string(), z.array(z.string())]),
        none: z.array(z.number()).nullable(),
        shared: z.array(z.string()).meta({ id: 'Labels' }),
      }),
    )
    expect(content[FORM]?.encoding).toEqual({
      tags: PAIRS,
      pair: PAIRS,
      either: PAIRS,
      none: PAIRS,
      shared: PAIRS,
    })
    expect(content['application/json']).not.toHaveProperty('encoding')
  })

  it('has no encoding where there is no list', () => {
    expect(describedForm(z.object({ name: z.string() }))[FORM]).not.toHaveProperty('encoding')
    const { paths } = describeBehindAuth0(taking(Tags, ['application/json']))
    expect(JSON.stringify(paths)).not.toContain('encoding')
  })
})

describeInBrowser('a form with a list, filled in on the docs page', () => {
  const fixture = useServer({
    router: taking(Tags),
  })
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  it.each([[['red', 'light blue & green']], [['one']]])(
    'is read as it was meant: %j',
    async (tags) => {
      const page = await browser.newPage()
      await page.goto(`${fixture.server.url}/docs`)
      const operation = page.locator('.opblock').first()
      await operation.locator('.opblock-summary-control').click()
      const field = operation.locator('tr[data-property-name=tags]')
      await field.waitFor()
      for (const [at, tag] of tags.entries()) {
        if (at > 0) await field.getByRole('button', { name: 'Add' }).click()
        await field.locator('input[type=text]').nth(at).fill(tag)
      }
      const answered = page.waitForResponse((response) => response.url().endsWith('/tags'))
      await operation.getByRole('button', { name: 'Execute' }).click()
      expect(await (await answered).json()).toEqual({ got: { tags } })
      await page.close()
    },
  )
})
