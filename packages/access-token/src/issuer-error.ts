/** What can be wrong with an issuer's answer. In the message this follows the address. */
const FAULTS = {
  unreachable: ({ code }: Details) => `can't be reached (${code ?? 'no code'})`,
  timeout: () => "didn't answer in time",
  status: ({ status }: Details) => `answered with status ${status}`,
  too_large: () => 'answered with too much',
  not_json: () => 'answered with what is no JSON',
  no_metadata: () => 'names no issuer with an http(s) jwks_uri, free of user name and password',
  other_issuer: ({ expectedIssuer, actualIssuer }: Details) =>
    `is for the issuer ${JSON.stringify(actualIssuer)}, not for ${JSON.stringify(expectedIssuer)}`,
  downgrade: () => 'names a jwks_uri without https',
  no_key_set: () => 'is no JWK set',
  too_many_keys: () => 'holds more than 100 keys',
  no_keys: () => 'holds no key that can verify a signature',
} as const

export type IssuerFault = keyof typeof FAULTS

interface Details {
  readonly url: string
  readonly status?: number
  /** Node's, such as `ECONNREFUSED` or `SELF_SIGNED_CERT_IN_CHAIN`. */
  readonly code?: string | undefined
  readonly expectedIssuer?: string
  readonly actualIssuer?: string
}

const MAX_ISSUER_CHARS = 200

/** An issuer's document that can't be fetched or can't be used. Its message and properties are safe to log. */
export class IssuerError extends Error {
  readonly fault: IssuerFault
  /** Without user name, password and query, which may hold secrets. */
  readonly address: string
  readonly status: number | undefined
  readonly code: string | undefined
  readonly expectedIssuer: string | undefined
  readonly actualIssuer: string | undefined

  constructor(fault: IssuerFault, details: Details) {
    const { origin, pathname } = new URL(details.url)
    const actualIssuer = details.actualIssuer
      ?.replace(/\/\/[^/]*@/, '//') // a user name and password
      .slice(0, MAX_ISSUER_CHARS)
    const told = { ...details, ...(actualIssuer !== undefined && { actualIssuer }) }
    super(`${origin}${pathname} ${FAULTS[fault](told)}`)
    this.name = 'IssuerError'
    this.fault = fault
    this.address = `${origin}${pathname}`
    this.status = details.status
    this.code = details.code
    this.expectedIssuer = details.expectedIssuer
    this.actualIssuer = actualIssuer
  }
}
