import { fileURLToPath } from 'node:url'
import { BARE, OURS, serverNamed, TRPC, type BenchServer } from '../servers.ts'

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The servers whose subscriptions are compared, each with the same procedures; bare node:http is the floor. */
export const CONTENDERS: readonly BenchServer[] = [
  { ...serverNamed(OURS), script: script('messages-api.js') },
  serverNamed(TRPC),
  { ...serverNamed(BARE), script: script('bare.js') },
]
