import { createRequire } from 'node:module'

/** Loaded into a server process: tells at its end which packages it has loaded. */
process.on('exit', () => {
  const files = Object.keys(createRequire(import.meta.url).cache)
  const names = files.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1])
  process.stderr.write(`loaded packages: ${[...new Set(names)].join(' ')}\n`)
})
