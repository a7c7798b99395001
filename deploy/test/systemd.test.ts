import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../packages/server/src/config/config.ts'
import { ROOT } from '../../packages/server/test/support/process.ts'

const UNIT = `${ROOT}deploy/systemd/messages-api@.service`
const unit = readFileSync(UNIT, 'utf8')

/** `--offline` is new in systemd 250. */
const hasAnalyze = String(spawnSync('systemd-analyze', ['security', '--help']).stdout).includes(
  '--offline',
)
if (!hasAnalyze) console.warn('SKIPPED: tests with systemd-analyze, because it is not here')

describe('the systemd unit', () => {
  it('starts a server that fails for as long as it takes', () => {
    const [service] = unit.split('[Service]')
    expect(service).toContain('\nStartLimitIntervalSec=0\n')
    expect(unit).toContain('\nRestart=always\n')
  })

  it('sets what the server accepts, and leaves it to the file where metrics are read', () => {
    const [, command = ''] = /^ExecStart=\/usr\/bin\/env (.*) \/usr\/bin\/node/m.exec(unit) ?? []
    const pairs = command.replaceAll('%i', '6060').split(' ')
    const env = Object.fromEntries(pairs.map((pair) => pair.split('='))) as Record<string, string>
    const file = {
      AUTH0_DOMAIN: 'tenant.example.com',
      AUTH0_AUDIENCE: 'a',
      CLIENT_ORIGIN_URL: 'https://app.example.com',
    }
    const address = { port: 6060, host: '127.0.0.1', metricsPort: 16_060 }
    expect(loadConfig({ ...file, ...env })).toMatchObject({ ...address, metricsHost: '127.0.0.1' })
    expect(loadConfig({ ...file, METRICS_HOST: '10.0.0.5', ...env })).toMatchObject({
      ...address,
      metricsHost: '10.0.0.5',
    })
  })

  it.skipIf(!hasAnalyze)('leaves a process little that it could do to the machine', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'messages-unit-')), 'messages-api@6060.service')
    copyFileSync(UNIT, file)
    const args = ['security', '--offline=yes', '--no-pager', file]
    const report = execFileSync('systemd-analyze', args, { encoding: 'utf8' })
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(report) ?? []
    expect(Number(exposure)).toBeLessThanOrEqual(3)
  })
})
