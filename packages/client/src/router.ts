import type {
  AnyTRPCRootTypes,
  TRPCBuiltRouter,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCRouterRecord,
  TRPCSubscriptionProcedure,
} from '@trpc/server'
import type { AppRouter } from '../../../src/router.ts'

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

type Seen<Router> = Router extends {
  _def: { _config: { $types: infer Types extends AnyTRPCRootTypes }; record: infer Record }
}
  ? Calls<Record> extends infer Visible extends TRPCRouterRecord
    ? TRPCBuiltRouter<
        {
          ctx: object
          meta: object
          errorShape: Types['errorShape']
          transformer: Types['transformer']
        },
        Visible
      >
    : never
  : never

const seenByClients = () => undefined as unknown as Seen<AppRouter>

/**
 * Only its type is used: the server's router as clients see it, with what goes into and comes out of each
 * call.
 */
export const clientRouter = seenByClients()
