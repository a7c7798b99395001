import { FeatureError } from 'trpc-hybrid'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, router } from './trpc.ts'

const tool = publicProcedure.meta({ mcp: true })

/** The tools that `@modelcontextprotocol/conformance` asks for by name, of those that a procedure can be, and a guarded one. */
export const conformanceRouter = router({
  test_simple_text: tool
    .output(z.string())
    .query(() => 'This is a simple text response for testing.'),
  test_error_handling: tool.output(z.string()).query(() => {
    throw new FeatureError('invalid', 'This tool intentionally returns an error for testing')
  }),
  whoami: protectedProcedure
    .meta({ mcp: true })
    .output(z.string())
    .query(({ ctx }) => ctx.token.subject ?? ''),
})
