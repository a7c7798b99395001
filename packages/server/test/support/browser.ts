import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { describe } from 'vitest'

const EXECUTABLE = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Tests that need a real browser: where there is none, they are skipped and say so. */
export function describeInBrowser(name: string, tests: () => void): void {
  const found = existsSync(EXECUTABLE)
  if (!found) {
    console.warn(
      `Skipped: ${name}. There is no ${EXECUTABLE}; CHROMIUM_PATH names another Chromium.`,
    )
  }
  describe.skipIf(!found)(name, tests)
}

/** Headless Chromium, as it is installed. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS })
}
