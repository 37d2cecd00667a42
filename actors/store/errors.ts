import { catalogue } from '#engine/mod.ts'

/** What can go wrong between the journal and the database. */
export const storeErrors = catalogue('STORE', {
  NOT_DURABLE: {
    next: 'stop',
    says: (d: { dir: string }) => `A commit to the database in ${d.dir} did not reach the disk.`,
    todo: 'Use exactly the database package this version names; another one lost its way to fsync.',
  },
  UNOPENABLE: {
    next: 'stop',
    says: (d: { dir: string; because: string }) => `The database in ${d.dir} could not be opened: ${d.because}`,
    todo: 'Move that directory aside and start again: the database is rebuilt from the journal.',
  },
  MIGRATION_FAILED: {
    next: 'stop',
    says: (d: { name: string; because: string }) => `Migration ${d.name} failed and was undone: ${d.because}`,
    todo: 'Mend the migration if it is new; otherwise move the database aside, to be rebuilt from the journal.',
  },
  MIGRATION_CHANGED: {
    next: 'stop',
    says: (d: { name: string }) => `Migration ${d.name} differs from the one that was applied to this database.`,
    todo: 'Restore the file and put the change into a new migration.',
  },
  NEWER_DATABASE: {
    next: 'stop',
    says: (d: { version: string }) => `The database has migration ${d.version}, which this version does not know.`,
    todo: 'Use the newer version that made it, or move the database aside to be rebuilt from the journal.',
  },
  PROJECTION_FAILED: {
    next: 'restart',
    says: (d: { first: number; last: number; because: string }) =>
      `Facts ${d.first} to ${d.last} could not be written to the database: ${d.because}`,
    todo: 'Trading goes on and nothing is lost. If this lasts, report it with the message.',
  },
  OUT_OF_ORDER: {
    next: 'restart',
    says: (d: { sequence: number; after: number }) => `Fact ${d.sequence} was handed to the database after ${d.after}.`,
    todo: 'The store starts again from where the database stands. If this lasts, it is a defect: report it.',
  },
  CURSOR_UNKNOWN: {
    next: 'stop',
    says: (d: { cursor: string }) => `${d.cursor} is not the end of a page.`,
    todo: 'Ask without a cursor, then with the `next` of the page before.',
  },
})

/** Makes a throwable error of the store's catalogue. */
export const storeProblem = storeErrors.problem
