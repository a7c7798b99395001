import type { AnyRouter, inferRouterContext } from '@trpc/server'
import type { SecurityScheme } from 'trpc-hybrid'
import type { z } from 'zod'
import type { About } from './about.ts'
import type { ConnectionLimits } from './connections/limits.ts'
import type { ApiContext } from './context.ts'
import { schema } from './config/schema.ts'
import type { OwnRoutes } from './own-routes.ts'
import type { Resource } from './resources.ts'

/** Settings of an app's own by their names in the environment, each a zod type that takes a text. */
export type SettingsShape = Readonly<Record<string, z.ZodType>>

/** What the app's settings are, once they are checked. */
export type SettingsOf<Shape extends SettingsShape> = {
  readonly [Name in keyof Shape]: z.output<Shape[Name]>
}

/** A router whose procedures need no more of a context than this server gives. */
type Served<Router extends AnyRouter> =
  ApiContext extends inferRouterContext<Router> ? Router : never

/**
 * Adds routes of the app's own, such as webhooks. They have what every request has: id, security headers, CORS, rate
 * limit, log and metrics. They are reached where no procedure has the method and path. Nothing describes them, and
 * nothing reads their bodies: `rawBody(req)` does.
 */
export type AddRoutes = (app: OwnRoutes) => void

/** What is made of the settings, before the server listens. */
export interface Made<Router extends AnyRouter = AnyRouter> {
  readonly router: Router
  /** What the procedures use, such as a database. */
  readonly resources?: readonly Resource[]
  readonly routes?: AddRoutes | undefined
}

/** Schemes of OpenAPI by their names. */
export type SecuritySchemes = Readonly<Record<string, SecurityScheme>>

const OWN_SCHEMES = ['bearer', 'oauth2']

interface Described {
  /** Of the API, for people: `Messages API`. */
  readonly title: string
  readonly version: string
  /** A sentence or two for the description. */
  readonly summary?: string
  /** In keys of Redis and in traces; the title in lower case with hyphens, unless it is said. */
  readonly name?: string
  /**
   * Whether clients are told the message of a plain `TRPCError` of 4xx, `false` unless it is said. Those of 5xx
   * are never told. Apps that have such errors already need it; new ones throw a `FeatureError`.
   */
  readonly exposeTrpcMessages?: boolean
  /** Where procedures with `mcp` in their meta are served as tools: `/mcp` unless it is said. */
  readonly mcpPath?: `/${string}`
  /** Of OpenAPI, by the names that guards of the app's own give: `bearer` and `oauth2` are there already. */
  readonly securitySchemes?: SecuritySchemes
  /** Where `npm run demo` serves a page that calls the API. The start in development tells it. */
  readonly demo?: string
  /** Parts that are left out where they are `false`. */
  readonly parts?: ApiParts
  /** Those of a connection that no setting has, over the defaults. */
  readonly limits?: Partial<ConnectionLimits>
}

export interface ApiParts {
  /** The docs page. The setting `DOCS` may leave it out too. */
  readonly docs?: boolean
  /** The issuer for development, which needs the package `@trpc-hybrid/dev-issuer`. */
  readonly devIssuer?: boolean
}

export interface ApiOfRouter<Router extends AnyRouter> extends Described {
  /** Every procedure of the API. */
  readonly router: Served<Router>
  readonly routes?: AddRoutes
}

export interface ApiOfSettings<
  Shape extends SettingsShape,
  Router extends AnyRouter,
> extends Described {
  /** Settings of the app's own. They are read, checked and reported with those of the server. */
  readonly settings?: Shape
  /** Called once at the start, when every setting has been checked. */
  readonly create: (settings: SettingsOf<Shape>) => MadeOf<Router> | Promise<MadeOf<Router>>
}

interface MadeOf<Router extends AnyRouter> extends Made {
  readonly router: Served<Router>
}

/** An API, as `run` and `serve` take it. */
export interface Api<Router extends AnyRouter = AnyRouter> {
  readonly about: About
  readonly exposeTrpcMessages: boolean
  readonly mcpPath: string
  readonly demo: string | undefined
  readonly parts: Required<ApiParts>
  readonly securitySchemes: SecuritySchemes
  readonly limits: Partial<ConnectionLimits>
  readonly settings: SettingsShape
  readonly create: (
    settings: Readonly<Record<string, unknown>>,
  ) => Made<Router> | Promise<Made<Router>>
}

/**
 * What an API is made of. Nothing is started, and no setting is read.
 *
 * @throws {TypeError} where a setting or a security scheme has the name of one of the server's own, or `mcpPath` is no
 *   plain path
 * @example export const api = defineApi({ router, title: 'Messages API', version: '1.0.0' })
 */
export function defineApi<Router extends AnyRouter>(options: ApiOfRouter<Router>): Api<Router>
export function defineApi<Shape extends SettingsShape, Router extends AnyRouter>(
  options: ApiOfSettings<Shape, Router>,
): Api<Router>
export function defineApi(
  options: Described & Partial<Made & Pick<Api, 'settings' | 'create'>>,
): Api {
  const { title, version, summary, name = nameOf(title), parts, limits = {} } = options
  const { settings = {}, securitySchemes = {} } = options
  const { exposeTrpcMessages = false, mcpPath = DEFAULT_MCP_PATH, demo } = options
  const taken = Object.keys(settings).filter((one) => one in schema.shape)
  if (taken.length > 0) {
    throw new TypeError(`${taken.join(', ')}: the server has settings of these names itself`)
  }
  const scheme = OWN_SCHEMES.find((one) => one in securitySchemes)
  if (scheme !== undefined) {
    throw new TypeError(`${scheme}: the server has a security scheme of this name itself`)
  }
  const { router, routes, create } = options
  return {
    about: { name, title, version, summary },
    exposeTrpcMessages,
    mcpPath: requirePath(mcpPath),
    demo,
    parts: { docs: true, devIssuer: true, ...parts },
    securitySchemes,
    limits,
    settings,
    create: create ?? (() => ({ router: router as AnyRouter, routes })),
  }
}

/** `Messages API` as `messages-api`. */
function nameOf(title: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['api']
  return words.join('-')
}

export const DEFAULT_MCP_PATH = '/mcp'

/** It is a part of the metadata document's path too. */
function requirePath(path: string): string {
  if (/^(?:\/[\w.~-]+)+$/.test(path)) return path
  throw new TypeError(
    `mcpPath is ${JSON.stringify(path)}: write segments of letters, digits, -, ., _ and ~, such as /mcp`,
  )
}
