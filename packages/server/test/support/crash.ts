/** Loaded into a server process: a bug on request. */
process.on('SIGUSR2', () => {
  throw new Error('nobody catches this')
})
