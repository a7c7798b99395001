// The upper bound: node:http that checks nothing, and of JSON does what has to be done.
import { createServer } from 'node:http'
import { answer, answerWith } from './constant-answers.js'
import { importReports, listReports } from './reports.js'
import { host, port } from './settings.js'

const LIST = '/api/reports?limit='

createServer((req, res) => {
  if (req.method === 'POST') answerImport(req, res)
  else if (req.url.startsWith(LIST))
    answerWith(res, listReports(Number(req.url.slice(LIST.length))))
  else answer(req, res)
}).listen(port, host)

function answerImport(req, res) {
  const pieces = []
  req.on('data', (piece) => pieces.push(piece))
  req.on('end', () => {
    const { reports } = JSON.parse(Buffer.concat(pieces).toString())
    answerWith(res, importReports(reports))
  })
}
