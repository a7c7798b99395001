import type { AnyRouter } from '@trpc/server'

/**
 * Loads whatever a router holds in `lazy(() => import(...))`, nested ones too. tRPC does so at the first
 * call. But code that lists the procedures (REST, the description, the names in log and metrics) must know
 * all of them before that.
 *
 * @returns the same router
 * @throws {Error} that names the router which can't be loaded
 */
export async function loadRouter<Router extends AnyRouter>(router: Router): Promise<Router> {
  const { lazy } = router._def // each takes itself out when it is loaded
  for (let paths = Object.keys(lazy); paths.length > 0; paths = Object.keys(lazy)) {
    await Promise.all(paths.map((path) => load(path, lazy[path])))
  }
  return router
}

async function load(path: string, loader: AnyRouter['_def']['lazy'][string] | undefined) {
  try {
    await loader?.load()
  } catch (cause) {
    throw new Error(`The lazy router \`${path}\` can't be loaded`, { cause })
  }
}
