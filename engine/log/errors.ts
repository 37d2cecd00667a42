import { catalogue } from '../errors.ts'

/** Where something is wrong in a log. */
export type Place = { readonly file: string; readonly offset: number; readonly sequence: number }

/** Makes a throwable error of what can go wrong with a log. */
export const { problem } = catalogue('LOG', {
  CORRUPT: {
    next: 'stop',
    says: (d: Place & { because: string }) =>
      `Record ${d.sequence} at byte ${d.offset} of ${d.file} is damaged: ${d.because}.`,
    todo:
      'Nothing was changed. Restore this file from a backup or a copy; if there is none, move the whole folder away ' +
      'and start anew. Check the disk it was on.',
  },
  CANNOT_OPEN: {
    next: 'stop',
    says: (d: { dir: string; because: string }) => `The log in ${d.dir} cannot be opened: ${d.because}.`,
    todo: 'Make it readable and writable for this user, on a disk that has space, and start again.',
  },
  CANNOT_WRITE: {
    next: 'stop',
    says: (d: { file: string; bytes: number; full: boolean; because: string; durable: number }) =>
      (d.full
        ? `The disk is full: ${d.bytes} more bytes were needed for ${d.file}.`
        : `${d.bytes} bytes could not be written to ${d.file}: ${d.because}.`) +
      ` Everything up to record ${d.durable} is safe; nothing after it was kept.`,
    todo: 'Free space on that disk, or mend it, and start again: the log goes on after the last record that is safe.',
  },
  TOO_LARGE: {
    next: 'stop',
    says: (d: { what: 'record' | 'group'; bytes: number; bytesMax: number }) =>
      `A ${d.what} of ${d.bytes} bytes is more than the ${d.bytesMax} a log takes at once.`,
    todo: 'Report this with what was being recorded; no fact should be that large.',
  },
})
