import type { TRPCDefaultErrorShape } from '@trpc/server'
import type { InputIssue } from 'trpc-hybrid/engine'

/** What clients are told of an error over RPC. The server fills it in. */
export type ApiErrorShape = TRPCDefaultErrorShape & {
  readonly data: TRPCDefaultErrorShape['data'] & {
    /** Where an input does not fit, from its root, and why. */
    readonly issues?: readonly InputIssue[]
    /** Those that the call needs, where the token lacks one. */
    readonly permissions?: readonly string[]
  }
}

/**
 * What `initTRPC…create(apiDefaults)` needs for clients to know what an error has of this server. Options of
 * your own go beside it: `create({ ...apiDefaults, transformer })`.
 */
export const apiDefaults = {
  errorFormatter: ({ shape }: { readonly shape: TRPCDefaultErrorShape }) => shape as ApiErrorShape,
}
