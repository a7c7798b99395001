import { probeOf, type MeasureOptions } from '../measure.ts'
import { startServer, type ServerProcess } from '../server-process.ts'
import type { BenchServer } from '../servers.ts'

export interface Streaming extends Pick<MeasureOptions, 'issuer' | 'tokens' | 'serverCore'> {
  readonly clientCore: number | undefined
  /** Where files may be written. */
  readonly directory: string
  /** The path of a file of access tokens, one a line. */
  readonly tokensFile: string
  readonly nodeFlags?: readonly string[]
}

export async function startStreaming(
  server: BenchServer,
  { issuer, tokens, serverCore, nodeFlags = [] }: Streaming,
): Promise<ServerProcess> {
  const probe = await probeOf(server, tokens)
  return startServer(server, { issuer, core: serverCore, probe, nodeFlags })
}
