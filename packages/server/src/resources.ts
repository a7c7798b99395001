import type { Logger } from 'pino'

/** Something that procedures use, such as a database: the server asks whether it is ready, and closes it. */
export interface Resource {
  /** As `/readyz` and the log name it. */
  readonly name: string
  /** Whether requests can be served with it now. Asked at each `/readyz`; one that rejects isn't ready. */
  readonly ready?: () => boolean | Promise<boolean>
  /** Called at the stop, after the last request was answered. */
  readonly close?: () => void | Promise<void>
}

/** Closes all of them, whatever happens to one: what fails is logged. */
export async function closeResources(
  resources: readonly Resource[],
  logger: Logger,
): Promise<void> {
  const closed = resources.map(async ({ name, close }) => {
    try {
      await close?.()
    } catch (err) {
      logger.error({ resource: name, err }, 'a resource could not be closed')
    }
  })
  await Promise.all(closed)
}
