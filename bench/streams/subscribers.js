// `node subscribers.js SETTINGS`: opens subscriptions as SETTINGS say (`{ port, path, headers, count, tokensFile }`),
// each with the next token of the file. Prints a line when all of them have begun, and at each line on its standard
// input how many events have come since the line before.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

/** How many are opened at the same time: a server takes so many connections at once, and not many more. */
const AT_ONCE = 100
const BEGUN = 'data: "begun"\n'
const EVENT = '\nid: '

const { port, path, headers, count, tokensFile } = JSON.parse(process.argv[2])
const tokens = readFileSync(tokensFile, 'utf8').split('\n')
const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
const head = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${fields.join('')}`
const sockets = []
let received = 0

function open(number) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.setEncoding('latin1')
    let first = ''
    let begun = false
    socket.on('data', (text) => {
      if (begun) {
        received += text.split(EVENT).length - 1
        return
      }
      first += text
      if (!first.startsWith('HTTP/1.1 200')) reject(new Error(`Refused: ${first.slice(0, 200)}`))
      begun = first.includes(BEGUN)
      if (begun) {
        first = ''
        resolve()
      }
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('The server closed a subscription')))
    socket.write(`${head}authorization: Bearer ${tokens[number % tokens.length]}\r\n\r\n`)
  })
}

let next = 0
async function openInTurn() {
  while (next < count) await open(next++)
}
await Promise.all(Array.from({ length: AT_ONCE }, openInTurn))
for (const socket of sockets) {
  socket.removeAllListeners('close').once('close', () => {
    throw new Error('The server closed a subscription')
  })
}
console.log('open')
createInterface({ input: process.stdin })
  .on('line', () => {
    console.log(received)
    received = 0
  })
  .on('close', () => process.exit())
