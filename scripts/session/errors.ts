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
  NOT_RECORDED: {
    next: 'retry',
    says: (d: { what: string; ms: number }) =>
      `${d.what} did not reach the journal within ${d.ms} ms, so it may not hold.`,
    todo: 'Look whether trading is halted; if not, do it again.',
  },
  INTERRUPTED: {
    next: 'stop',
    says: () => 'The run was interrupted before its end.',
    todo: 'Run the same command again: it goes on from the journal.',
  },
})

/** Makes a throwable error of a session's catalogue. */
export const { problem } = sessionErrors
