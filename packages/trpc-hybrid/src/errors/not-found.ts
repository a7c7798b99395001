import { TRPCError } from '@trpc/server'

/** Where no procedure is. */
export const notFound = () => new TRPCError({ code: 'NOT_FOUND' })
