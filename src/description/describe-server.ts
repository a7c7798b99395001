import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeApi, type OpenApiDocument } from 'trpc-hybrid/describe'
import type { RestOperation } from 'trpc-hybrid/engine'
import { ABOUT } from '../about.ts'
import { PACKAGE_FOLDER } from '../folders.ts'
import { describeGuard } from './guard-answers.ts'
import { describeSecuritySchemes, type SignIn } from './security-schemes.ts'
import { SURROUNDINGS } from './surroundings.ts'

/**
 * The OpenAPI 3.1 document of the server.
 *
 * @throws {RouterError} where a procedure can't be described
 */
export function describeServer(
  operations: readonly RestOperation[],
  signIn: SignIn,
): OpenApiDocument {
  const securitySchemes = describeSecuritySchemes(signIn)
  return describeApi(operations, {
    info: INFO,
    securitySchemes,
    alternatives: { bearer: Object.keys(securitySchemes) },
    describeGuard,
    surroundings: SURROUNDINGS,
  })
}

const { version } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
  version: string
}

const INFO = {
  title: ABOUT.title,
  version,
  description: ABOUT.summary,
  contact: { name: ABOUT.title },
  license: { name: 'MIT', identifier: 'MIT' },
}
