/** What an attack is made against. */
export interface Target {
  readonly port: number
  /** The path of the largest file that anyone may have. */
  readonly bundle: string
  /** Valid ones, each of another client. */
  readonly tokens: readonly string[]
}

/** One kind of connection: some are opened every 100 ms. */
export interface Flood {
  /** @param n how many connections of the flood were opened before */
  readonly bytes: (target: Target, n: number) => string
  /** How many every 100 ms; without it, one. */
  readonly atOnce?: number
  /** How many in all; without it, as many as there is time for. */
  readonly inAll?: number
  /** After how long the attacker resets; without it, never. */
  readonly resetAfterMs?: number
  /** Sent again and again behind it, as fast as it is taken. */
  readonly endless?: string
  /** Whether answers are read, which are then counted. */
  readonly reads?: true
}

export interface Attack {
  readonly name: string
  readonly seconds: number
  /** In place of the server's own, where the attack would outlast the benchmark. */
  readonly requestTimeoutMs?: number
  readonly floods: readonly Flood[]
}

const HOST = 'Host: localhost\r\n'

export const pipelined = (path: string, count: number, headers = '') =>
  `GET ${path} HTTP/1.1\r\n${HOST}${headers}\r\n`.repeat(count)

/** The start of a request with a token of one of the clients in turn. */
export const withToken = (line: string, { tokens }: Target, n: number) =>
  `${line} HTTP/1.1\r\n${HOST}Authorization: Bearer ${tokens[n % tokens.length] ?? ''}\r\n`

export const JSON_TYPE = 'Content-Type: application/json\r\n'
