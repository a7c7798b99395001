import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../packages/server/test/support/process.ts'

const FENCED = /^ *```[^]*?^ *```$/gm
const LINK = /\[[^\]]*\]\(([^()\s]+)\)/g

const pages = pagesIn('')

function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : pagesIn(path)
    return path.endsWith('.md') ? [path] : []
  })
}

const proseOf = (page: string) => readFileSync(join(ROOT, page), 'utf8').replace(FENCED, '')

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  const headings = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading ?? '')
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

function isDead(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : normalize(join(dirname(page), path))
  if (!existsSync(join(ROOT, target))) return true
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)
}

describe('links within the project', () => {
  it.each(pages)('links of %s lead somewhere', (page) => {
    const links = [...proseOf(page).matchAll(LINK)].map(([, link]) => link ?? '')
    const inside = links.filter((link) => !/^[a-z]+:/.test(link))
    expect(inside.filter((link) => isDead(page, link))).toEqual([])
  })
})
