import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LRUCache } from 'lru-cache'
import type { AdapterPayload } from 'oidc-provider'
import { createSigningKey, readSigningKey, type SigningKey } from './keys.ts'
import { createStore, type Store } from './store.ts'

const WRITE_DELAY_MS = 50

/** What a file holds: `entries` is the store, expiry times included. */
interface Saved {
  readonly signingKey: SigningKey['privateJwk']
  readonly cookieKey: string
  readonly entries: [string, LRUCache.Entry<AdapterPayload>][]
}

/** What the issuer must not forget: otherwise everybody is signed out. */
export interface State {
  readonly signingKey: SigningKey
  readonly cookieKey: string
  readonly store: Store
  /** Writes soon after a change, many changes at once. */
  readonly changed: () => void
  /** Writes what is not written yet. */
  readonly close: () => void
}

export interface StateOptions {
  /** `undefined`: everything is forgotten at the end. */
  readonly file: string | undefined
  /** Told when the file can't be read or written. The issuer then works without it. */
  readonly onError: (error: unknown) => void
}

/**
 * Continues with the keys and the sessions of the last run, so that a restart signs nobody out. Nothing is
 * written before `changed` is called; then a file that can't be used is replaced.
 */
export async function openState({ file, onError }: StateOptions): Promise<State> {
  const state = (await restore(file, onError)) ?? (await createState())
  let timer: NodeJS.Timeout | undefined
  const write = () => {
    clearTimeout(timer)
    timer = undefined
    try {
      if (file !== undefined) save(file, state)
    } catch (error) {
      onError(error)
    }
  }
  const changed = () => {
    timer ??= setTimeout(write, WRITE_DELAY_MS)
  }
  return {
    ...state,
    changed,
    close() {
      if (timer) write()
    },
  }
}

type Restored = Pick<State, 'signingKey' | 'cookieKey' | 'store'>

async function createState(): Promise<Restored> {
  const cookieKey = randomBytes(32).toString('base64url')
  return { signingKey: await createSigningKey(), cookieKey, store: createStore() }
}

async function restore(
  file: string | undefined,
  onError: (error: unknown) => void,
): Promise<Restored | undefined> {
  if (file === undefined) return undefined
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Saved
    const store = createStore()
    store.load(saved.entries)
    const signingKey = await readSigningKey(saved.signingKey)
    return { signingKey, cookieKey: saved.cookieKey, store }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!missing) onError(error)
    return undefined
  }
}

/** Whoever can read the file can sign in as anybody here, so only its owner may read it. */
function save(file: string, { signingKey, cookieKey, store }: Restored): void {
  store.purgeStale()
  const saved: Saved = { signingKey: signingKey.privateJwk, cookieKey, entries: store.dump() }
  const whole = `${file}.${process.pid}` // a reader never sees half a file
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(whole, JSON.stringify(saved), { mode: 0o600 })
  renameSync(whole, file)
}
