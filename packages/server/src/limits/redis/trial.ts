import { randomUUID } from 'node:crypto'
import type { RedisReply } from './client.ts'
import { WrongAnswer } from './wrong-answer.ts'

/**
 * Does what requests need: a script that writes. A replica, a full server or a locked one refuses it, and what
 * answers `OK` to everything does not say the word.
 */
const SCRIPT = `
redis.call('SET', KEYS[1], ARGV[1], 'PX', 1000)
return redis.call('GET', KEYS[1])`
/** In a cluster of two or more nodes, no node has all of these keys: on one of them alone the trial fails. */
const KEYS = Array.from({ length: 32 }, (_, number) => number)

/** @param prefix of its keys. @throws what `send` throws, or when an answer is not that of the script */
export async function tryOut(
  send: (key: string, command: string[]) => Promise<RedisReply>,
  prefix: string,
): Promise<void> {
  const word = randomUUID()
  const keys = KEYS.map((number) => `${prefix}:trial:${number}`)
  const replies = await Promise.all(keys.map((key) => send(key, ['EVAL', SCRIPT, '1', key, word])))
  if (replies.some((reply) => reply !== word)) {
    throw new WrongAnswer('What is at REDIS_URL answers otherwise than Redis')
  }
}
