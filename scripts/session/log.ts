import { pino, type Logger as Pino } from 'pino'
import pretty from 'pino-pretty'
import type { Logger } from '#engine/actor.ts'

/** What must never be in a log line, wherever it stands in the values. */
const secrets = ['token', '*.token', 'key', '*.key', 'password', '*.password', 'authorization', '*.authorization']

/** The one log: readable in a terminal, JSON lines otherwise; to standard error, so that output stays clean. */
export const openPino = (level: string): Pino => {
  const options = { level, redact: { paths: secrets, censor: '[secret]' } }
  // Synchronous: the last lines before an end are those that matter.
  return process.stderr.isTTY
    ? pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }))
    : pino(options, pino.destination({ dest: 2, sync: true }))
}

/** A pino log behind the engine's face. */
export const loggerOver = (log: Pino): Logger => ({
  info: (values, says) => log.info(values, says),
  warn: (values, says) => log.warn(values, says),
  error: (values, says) => log.error(values, says),
})
