import type { AnyRouter } from '@trpc/server'
import type { Config } from './config/config.ts'
import { reachable } from './http/reachable.ts'
import type { CallAs } from './jobs/call-as.ts'
import type { Running } from './serve.ts'
import type { Running as Started } from './start.ts'

/** What an app may know of the server that it started. */
export function publicly<Router extends AnyRouter>(
  { port, localIssuer, call, close }: Started,
  { host }: Config,
): Running<Router> {
  return {
    url: `http://${reachable(host)}:${port}`,
    devIssuer: localIssuer,
    call: call as CallAs<Router>,
    close,
  }
}
