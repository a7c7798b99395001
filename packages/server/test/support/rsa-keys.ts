import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
  type JWK_RSA_Private,
} from 'jose'
import { RUN_FOLDER_VARIABLE } from './temporary-folder.ts'

interface KeyPair {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

/** How many keys this process has taken from those of its run. */
let taken = 0

/**
 * A key for RS256 that this process has not had before. To make one takes a quarter of a second, so the processes of a
 * run share theirs: whoever needs an `n`th key first makes it, and keeps it in the folder of the run.
 */
export async function takeRsaKey(): Promise<KeyPair> {
  const folder = process.env[RUN_FOLDER_VARIABLE]
  if (folder === undefined) return makeKey('RS256')
  const file = join(folder, `rsa-key-${taken++}.json`)
  if (!existsSync(file)) await keepNewKey(file)
  const jwk = JSON.parse(readFileSync(file, 'utf8')) as JWK_RSA_Private
  const privateKey = (await importJWK(jwk, 'RS256', { extractable: true })) as CryptoKey
  return { privateKey, publicJwk: { kty: 'RSA', n: jwk.n, e: jwk.e } }
}

export async function makeKey(alg: string): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, publicJwk: await exportJWK(publicKey) }
}

/** Two processes may do so at once: each of them reads a whole key. */
async function keepNewKey(file: string): Promise<void> {
  const { privateKey } = await makeKey('RS256')
  const part = `${file}.${process.pid}`
  writeFileSync(part, JSON.stringify(await exportJWK(privateKey)))
  renameSync(part, file)
}
