// Adds up vitest's JSON reports: `node scripts/test-summary.js report.json ...`. Ends with status 1 unless all tests
// have run and passed.
import { readFileSync } from 'node:fs'

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
const sum = (key) => reports.reduce((total, report) => total + report[key], 0)
const [passed, failed, skipped] = ['Passed', 'Failed', 'Pending'].map((kind) =>
  sum(`num${kind}Tests`),
)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
if (passed === 0 || failed > 0 || skipped > 0) process.exitCode = 1
