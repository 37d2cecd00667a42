import { catalogue } from '#engine/errors.ts'

/** What can go wrong with a session as a whole. */
export const sessionErrors = catalogue('SESSION', {
  TRADING_DOWN: {
    next: 'stop',
    says: (d: { because: string }) => `Trading is down and stays down: ${d.because}`,
    todo:
      'Look at the log above for the first failure; what was acknowledged is in the journal. ' +
      'Start again once it is mended.',
  },
  EXHAUSTED: {
    next: 'stop',
    says: (d: { because: string }) => `The process cannot help itself any more: ${d.because}`,
    todo:
      'It ended in order; the journal has everything. Look at the log for the first failure, then start again, ' +
      'or have the service manager of the system do so.',
  },
  NOT_RECORDED: {
    next: 'retry',
    says: (d: { what: string; ms: number }) =>
      `${d.what} did not reach the journal within ${d.ms} ms, so it may not hold.`,
    todo: 'Look whether trading is halted; if not, do it again.',
  },
  NOT_A_FILE: {
    next: 'stop',
    says: (d: { strategy: string }) =>
      `${d.strategy} is a strategy that ships: it has no file of its own to take up again.`,
    todo: 'Reload strategies that a configuration names by their file; restart this one.',
  },
  NOT_RUNNING: {
    next: 'stop',
    says: (d: { data: string }) => `No engine runs over the data directory ${d.data}.`,
    todo: 'Start one with `npm start`, or name the data directory of the one that runs with --data.',
  },
  INTERRUPTED: {
    next: 'stop',
    says: () => 'The run was interrupted before its end.',
    todo: 'Run the same command again: it goes on from the journal.',
  },
})

/** Makes a throwable error of a session's catalogue. */
export const { problem } = sessionErrors
