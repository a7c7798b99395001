import { once } from 'node:events'
import { AUDIENCE, type TestIssuer } from './issuer.ts'
import type { Image } from './image.ts'
import { end, folderWithEnv, MAIN, run } from './process.ts'

export type LogLine = Record<string, unknown> & { readonly msg?: string }

export interface ServerProcessOptions {
  readonly issuer: TestIssuer
  /** Settings over those that a test needs. */
  readonly env?: Record<string, string>
  /** A module that the process loads before the server. */
  readonly preload?: string
  /** What was built, in place of the sources. */
  readonly image?: Image
}

/** The server as it runs in production: a process of its own, on a free port, that logs to a pipe. */
export async function startServerProcess({ issuer, env, preload, image }: ServerProcessOptions) {
  const preloads = preload === undefined ? [] : ['--import', preload]
  const sources = [...MAIN.slice(0, -1), ...preloads, ...MAIN.slice(-1)]
  const program = run(image?.command ?? sources, {
    cwd: image?.folder ?? folderWithEnv(),
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      CLIENT_ORIGIN_URL: 'http://localhost:4040',
      ISSUER_BASE_URL: issuer.url,
      AUTH0_AUDIENCE: AUDIENCE,
      ...image?.env,
      ...env,
    },
  })
  const [, port] = await program.printed(/"port":(\d+),"msg":"listening"/)
  return {
    url: `http://127.0.0.1:${port}`,
    port: Number(port),
    /** All that it has written so far. */
    output: program.output,
    /** The lines of its log so far. It writes nothing else: what is no JSON fails here. */
    log: () => completeLines(program.output()).map((line) => JSON.parse(line) as LogLine),
    /** Waits for text in its log. */
    printed: program.printed,
    /** Its status, once it has ended and all that it wrote is read. */
    exit: program.exit,
    /** Lets what it writes lie in its pipe. */
    stopReading: () => program.child.stdout?.pause(),
    readAgain: () => program.child.stdout?.resume(),
    /** Its end, whether or not all that it wrote is read. */
    ended: once(program.child, 'exit').then(([status]) => status as number | null),
    signal: (name: NodeJS.Signals) => program.child.kill(name),
    /** Ends it where a test has not. */
    end: () => end(program),
  }
}

export type ServerProcess = Awaited<ReturnType<typeof startServerProcess>>

function completeLines(text: string): string[] {
  return text.split('\n').slice(0, -1)
}

/** Asks over and over until the server can be used: its keys are there. */
export async function untilReady({ url }: { readonly url: string }): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
