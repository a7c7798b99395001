// Loaded into a server before its own code (`node --expose-gc --import 'memory-probe.js?to=FILE' ...`): at each
// SIGUSR2 it collects garbage and writes what is left to FILE.
import { renameSync, writeFileSync } from 'node:fs'

const to = new URL(import.meta.url).searchParams.get('to')

process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc() // what the first one finalised
  writeFileSync(`${to}.part`, JSON.stringify(process.memoryUsage()))
  renameSync(`${to}.part`, to) // who waits for it finds it whole
})
