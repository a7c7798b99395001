import type { RequestHandler } from 'express'
import { TRPCError } from '@trpc/server'
import { FeatureError } from 'trpc-hybrid/engine'
import type { Resource } from '../resources.ts'

/** A resource that does not say whether it is ready in this time is not. */
const READY_TIMEOUT_MS = 1_000
const RETRY_AFTER_SECONDS = 1

/** `GET /livez`: the process runs and answers. */
export const live: RequestHandler = (_req, res) => {
  res.json({ status: 'ok' })
}

/**
 * `GET /readyz`: requests can be served; 503 while the keys are missing or the server is stopping, and while a
 * resource of the app is not ready, which the answer names.
 */
export function createReadyHandler(
  isReady: () => boolean,
  resources: readonly Resource[],
): RequestHandler {
  return async (_req, res) => {
    if (!isReady()) throw new TRPCError({ code: 'SERVICE_UNAVAILABLE' })
    const waitedFor = await unready(resources)
    if (waitedFor.length > 0) {
      throw new FeatureError('unavailable', `Not ready: ${waitedFor.join(', ')}`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      })
    }
    res.json({ status: 'ok' })
  }
}

/** @returns the names of those that are not ready */
async function unready(resources: readonly Resource[]): Promise<string[]> {
  const asked = resources.map(async ({ name, ready }) => ((await inTime(ready)) ? [] : [name]))
  return (await Promise.all(asked)).flat()
}

async function inTime(ready: Resource['ready']): Promise<boolean> {
  if (!ready) return true
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, READY_TIMEOUT_MS, false)
  })
  try {
    return await Promise.race([ready(), late])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
