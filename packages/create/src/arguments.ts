import { parseArgs } from 'node:util'
import { CreateError } from './create-app.ts'
import type { Known } from './questions.ts'

export const USAGE = `npm create @trpc-hybrid [folder] [-- options]

Makes a tRPC-plus-REST API, protected by OAuth 2.0 access tokens, to make your own.
In a terminal it asks for what the options don't say.

  --no-messages   without the three messages, and without the demo: an API with no procedure yet
  --no-demo       without the React page that signs in and shows the messages
  --no-docs       without the docs page at /docs
  --no-issuer     without the issuer for development: npm run dev needs one of your own
  --yes           asks nothing, for scripts: keeps what no option leaves out
  --help          this text

--messages, --demo, --docs and --issuer keep a part, and it isn't asked for.
`

const FLAG = { type: 'boolean' } as const

export interface Arguments {
  readonly help: boolean
  readonly yes: boolean
  readonly known: Known
}

/**
 * What the words of a command line say.
 *
 * @throws {CreateError} where they say something else, or two things that don't go together
 */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args)
  const { help = false, yes = false, ...keep } = values
  const [folder, ...more] = positionals
  if (more.length > 0) throw refuse(`One folder is enough: ${positionals.join(', ')}`)
  if (keep.messages === false && keep.demo === true) {
    throw refuse("The demo shows the messages: --demo and --no-messages don't go together")
  }
  const messages = keep.messages ?? (keep.demo ? true : undefined) // which the demo shows
  return { help, yes, known: { folder, keep: { ...keep, messages } } }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        messages: FLAG,
        demo: FLAG,
        docs: FLAG,
        issuer: FLAG,
        yes: { ...FLAG, short: 'y' },
        help: { ...FLAG, short: 'h' },
      },
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw refuse(error.message.replace(/\. .*/s, ''))
  }
}

const refuse = (reason: string) => new CreateError(`${reason}\n\n${USAGE}`)
