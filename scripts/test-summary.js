// Adds up vitest's JSON reports: `node scripts/test-summary.js report.json ...`
import { readFileSync } from 'node:fs'

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
const sum = (key) => reports.reduce((total, report) => total + report[key], 0)
console.log(
  `${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`,
)
