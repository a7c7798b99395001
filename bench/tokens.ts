import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ADMIN, createSigningKey, type TestIssuer } from '../packages/server/test/support/issuer.ts'

/** How many signatures are asked for at once: enough to keep every core at work. */
const BATCH = 500
const UNKNOWN_KEYS = 1_000
const SUBSCRIBERS = 5_000

/** The access tokens that requests carry, each made when it is first asked for. */
export interface Tokens {
  readonly admin: () => Promise<string>
  readonly withoutPermission: () => Promise<string>
  readonly badSignature: () => Promise<string>
  /** The path of a file of tokens, one a line. */
  readonly unknownKeysFile: () => Promise<string>
  readonly coldFile: () => Promise<string>
  /** Of as many users. */
  readonly subscribersFile: () => Promise<string>
}

/** @param options.cold how many different valid tokens there are in `coldFile` */
export function createTokens(
  issuer: TestIssuer,
  options: { readonly directory: string; readonly cold: number },
): Tokens {
  const { directory, cold } = options

  async function mintUnknown(n: number): Promise<string> {
    return issuer.mint({ key: await strangeKey(), header: { kid: `unknown-${n}` }, claims: ADMIN })
  }

  const strangeKey = once(() => createSigningKey('unknown'))
  const admin = once(() => issuer.mint({ claims: ADMIN }))
  return {
    admin,
    withoutPermission: once(() => issuer.mint()),
    badSignature: once(async () => withWrongSignature(await admin())),
    unknownKeysFile: once(() =>
      writeLines(join(directory, 'unknown-keys'), { count: UNKNOWN_KEYS, line: mintUnknown }),
    ),
    coldFile: once(() =>
      writeLines(join(directory, 'cold'), {
        count: cold,
        line: (n) => issuer.mint({ claims: { ...ADMIN, jti: `token-${n}` } }),
      }),
    ),
    subscribersFile: once(() =>
      writeLines(join(directory, 'subscribers'), {
        count: SUBSCRIBERS,
        line: (n) => issuer.mint({ claims: { ...ADMIN, sub: `auth0|subscriber-${n}` } }),
      }),
    ),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

function withWrongSignature(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const wrong = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
  return [header, payload, wrong].join('.')
}

async function writeLines(
  path: string,
  lines: { readonly count: number; readonly line: (n: number) => Promise<string> },
): Promise<string> {
  const file = await open(path, 'w')
  try {
    for (let start = 0; start < lines.count; start += BATCH) {
      const length = Math.min(BATCH, lines.count - start)
      const batch = await Promise.all(Array.from({ length }, (_, n) => lines.line(start + n)))
      await file.write(`${batch.join('\n')}\n`)
    }
  } finally {
    await file.close()
  }
  return path
}
