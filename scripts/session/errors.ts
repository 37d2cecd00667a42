import { catalogue } from '#engine/errors.ts'

/** What can go wrong with a session as a whole. */
export const sessionErrors = catalogue('SESSION', {
  TRADING_DOWN: {
    next: 'stop',
    says: (d: { because: string }) => `Trading is down and stays down: ${d.because}`,
    todo: 'Look at the log above for the first failure; what was acknowledged is in the journal. Start again once it is mended.',
  },
  INTERRUPTED: {
    next: 'stop',
    says: () => 'The run was interrupted before its end.',
    todo: 'Run the same command again: it goes on from the journal.',
  },
  PORT_NONE: {
    next: 'stop',
    says: (d: { from: number; to: number }) => `Every port from ${d.from} to ${d.to} is taken.`,
    todo: 'Give another one with --port.',
  },
  RECORDING_NONE: {
    next: 'stop',
    says: (d: { path: string }) => `There is no recording at ${d.path}.`,
    todo: 'Give a file or folder with --recording.',
  },
})

export const { problem } = sessionErrors
