import { catalogue } from '#engine/errors.ts'

const layout = 'ts_ms,symbol,ltp,ltq,volume,bid,ask,bid_qty,ask_qty,oi'

/** What may be wrong with a recording. */
export const feedErrors = catalogue('FEED', {
  NOT_FOUND: {
    next: 'stop',
    says: (d: { path: string }) => `There is no recording at ${d.path}.`,
    todo: 'Give --recording a .csv or .csv.gz file, or a folder that holds ticks.csv.gz.',
  },
  NO_TICKS: {
    next: 'stop',
    says: (d: { path: string }) => `The folder ${d.path} holds no file of ticks.`,
    todo: 'Put ticks.csv.gz, or several files whose names begin with "ticks", into the folder.',
  },
  EMPTY: {
    next: 'stop',
    says: (d: { file: string }) => `${d.file} holds no rows.`,
    todo: 'Check that the recording was written to its end; another can be given with --recording.',
  },
  NOT_A_RECORDING: {
    next: 'stop',
    says: (d: { file: string; found: string }) =>
      `${d.file} is not a recording of ticks; it begins with ${d.found}.`,
    todo: `Give a CSV file, plain or gzip, whose first line is ${layout}.`,
  },
  COLUMN_MISSING: {
    next: 'stop',
    says: (d: { file: string; missing: readonly string[]; found: string }) =>
      `${d.file} has no column ${d.missing.join(' and no ')}; its header is ${d.found}.`,
    todo: `Name the columns ${layout}, in any order; a value may be blank, its column has to be there.`,
  },
  TRUNCATED: {
    next: 'stop',
    says: (d: { file: string; rows: number }) =>
      `${d.file} ends in the middle: ${d.rows} rows could be read before it breaks off.`,
    todo: 'Copy or download the file again; a part of a day is not replayed as if it were the whole.',
  },
  DAMAGED: {
    next: 'stop',
    says: (d: { file: string; rows: number; because: string }) =>
      `${d.file} is damaged after ${d.rows} readable rows: ${d.because}.`,
    todo: 'Copy or download the file again; its checksum does not hold.',
  },
  NOT_SORTED: {
    next: 'stop',
    says: (d: { path: string; backwards: number; rows: number }) =>
      `${d.path} is not sorted by time: ${d.backwards} of ${d.rows} rows are older than the row before.`,
    todo: 'Sort the rows by ts_ms. A few rows out of order would be set aside, but these are too many.',
  },
  NO_KNOWN_SYMBOL: {
    next: 'stop',
    says: (d: { path: string; found: readonly string[] }) =>
      `No symbol in ${d.path} is known; it holds ${d.found.slice(0, 5).join(', ')}.`,
    todo: 'Symbols read like NIFTY-I, NIFTY22111018300CE, NIFTY 50 or RELIANCE; others need a contracts.csv.',
  },
  NO_SESSION: {
    next: 'stop',
    says: (d: { path: string; from: string; to: string }) =>
      `No row of ${d.path} falls into a session of the exchange; its rows run from ${d.from} to ${d.to}.`,
    todo: 'Check that ts_ms is in milliseconds since 1970 UTC. A day missing from the calendar can be added to it.',
  },
  BARS_HEADER: {
    next: 'stop',
    says: (d: { file: string; missing: readonly string[] }) =>
      `${d.file} has no column ${d.missing.join(' and no ')}.`,
    todo: 'Minute bars have the columns ts,symbol,open,high,low,close,volume,oi; or remove the file, to start cold.',
  },
})
