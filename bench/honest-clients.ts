import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const CLIENTS = 8
const PAUSE_MS = 5

interface Question {
  readonly port: number
  readonly path: string
}

export interface Honest {
  readonly requests: number
  /** Those without an answer. */
  readonly lost: number
  /** How long requests took, in milliseconds. */
  readonly p50: string
  readonly p99: string
}

/** What clients get that ask one question after the other. */
export async function askHonestly(question: Question, seconds: number): Promise<Honest> {
  const times: number[] = []
  let lost = 0
  const until = performance.now() + seconds * 1000
  const ask = async (agent: Agent) => {
    while (performance.now() < until) {
      const startedAt = performance.now()
      if (await isAnswered(question, agent)) times.push(performance.now() - startedAt)
      else lost++
      await delay(PAUSE_MS)
    }
  }
  const clients = Array.from({ length: CLIENTS }, () => new Agent({ keepAlive: true }))
  await Promise.all(clients.map(ask))
  for (const agent of clients) agent.destroy()
  times.sort((a, b) => a - b)
  const at = (part: number) => (times[Math.floor(times.length * part)] ?? NaN).toFixed(2)
  return { requests: times.length, lost, p50: at(0.5), p99: at(0.99) }
}

function isAnswered({ port, path }: Question, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path, agent }, (response) => {
      response.resume().on('end', () => {
        resolve(response.statusCode === 200)
      })
    }).on('error', () => {
      resolve(false)
    })
  })
}
