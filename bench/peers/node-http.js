// The upper bound: node:http that checks nothing.
import { createServer } from 'node:http'
import { answer } from './constant-answers.js'
import { host, port } from './settings.js'

createServer(answer).listen(port, host)
