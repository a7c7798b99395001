// For reference: what Express costs by itself. One middleware that ends the response, no guard.
import express from 'express'
import { answer } from './constant-answers.js'
import { host, port } from './settings.js'

express().disable('x-powered-by').use(answer).listen(port, host)
