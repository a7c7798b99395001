import { pino, type Logger } from 'pino'
import type { LogLevel } from './config.ts'

/** JSON lines in production; readable ones in development. */
export async function createLogger(options: {
  readonly level: LogLevel
  readonly production: boolean
}): Promise<Logger> {
  const { level, production } = options
  if (production) return pino({ level })
  const { default: pretty } = await import('pino-pretty')
  return pino({ level }, pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }))
}
