// Loaded into a server before its own code (`node --import 'profiler.js?to=FILE' ...`): the first SIGUSR2
// starts a CPU profile, the next one writes it to FILE. So start and warm-up are not in it.
import { renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

const to = new URL(import.meta.url).searchParams.get('to')
const session = new Session()
session.connect()

async function stop() {
  const { profile } = await session.post('Profiler.stop')
  writeFileSync(`${to}.part`, JSON.stringify(profile))
  renameSync(`${to}.part`, to) // who waits for it finds it whole
}

process.once('SIGUSR2', async () => {
  process.once('SIGUSR2', stop)
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
})
