import type {
  AnyRouter,
  AnyTRPCRootTypes,
  TRPCBuiltRouter,
  TRPCDecorateCreateRouterOptions,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCRouterRecord,
  TRPCSubscriptionProcedure,
} from '@trpc/server'

// A router's own type names what the server is made of: its context, and the library of its `meta`. An
// app that compiles against the client has none of it, so the types below leave it out. They branch
// since the compiler then writes the outcome into declarations, and not the name of the type.

type Calls<T> =
  T extends TRPCQueryProcedure<infer Types>
    ? TRPCQueryProcedure<{ input: Types['input']; output: Types['output']; meta: unknown }>
    : T extends TRPCMutationProcedure<infer Types>
      ? TRPCMutationProcedure<{ input: Types['input']; output: Types['output']; meta: unknown }>
      : T extends TRPCSubscriptionProcedure<infer Types>
        ? TRPCSubscriptionProcedure<{
            input: Types['input']
            output: Types['output']
            meta: unknown
          }>
        : { [Name in keyof T]: Calls<T[Name]> }

/** The same type, of which no name is left. */
type Plain<T> = T extends object ? { [Name in keyof T]: Plain<T[Name]> } : T

/**
 * A router as its clients see it: what goes into and comes out of each call, and nothing of what the server is
 * made of.
 */
export type ClientRouter<Router extends AnyRouter> = Router extends {
  _def: { _config: { $types: infer Types extends AnyTRPCRootTypes }; record: infer Record }
}
  ? Calls<Record> extends infer Visible extends TRPCRouterRecord
    ? TRPCBuiltRouter<
        {
          ctx: object
          meta: object
          errorShape: Plain<Types['errorShape']>
          transformer: Types['transformer']
        },
        Visible
      >
    : never
  : never

/**
 * A value of that type, and of no other use: its declaration, which the compiler writes from it, needs tRPC's types
 * alone. It is for clients outside of the server's repository.
 *
 * @example export const clientRouter = seenByClients<typeof appRouter>()
 */
export const seenByClients = <Router extends AnyRouter>() =>
  undefined as unknown as ClientRouter<Router>

/**
 * The router of features that a module exports, each as `seenByClients` gives it. Where the router of a large app
 * would be too long for one declaration, each of its features has one.
 *
 * @typeParam One any of them: its errors and its transformer are those of all
 * @example export type AppRouter = ClientRouterOf<typeof features, typeof features.orders>
 */
export type ClientRouterOf<
  Features extends Readonly<Record<string, AnyRouter>>,
  One extends AnyRouter,
> = TRPCBuiltRouter<One['_def']['_config']['$types'], TRPCDecorateCreateRouterOptions<Features>>
