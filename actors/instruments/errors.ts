import { catalogue } from '#engine/errors.ts'

/** What may be wrong with a contract list. */
export const instrumentErrors = catalogue('INSTRUMENTS', {
  CONTRACTS_HEADER: {
    next: 'stop',
    says: (d: { file: string; missing: string }) => `${d.file} has no column ${d.missing}.`,
    todo: 'A contract list has the columns symbol,underlying,expiry,strike,type,lot_size,tick_size in its first line.',
  },
  CONTRACTS_ROW: {
    next: 'stop',
    says: (d: { file: string; line: number; row: string }) =>
      `Line ${d.line} of ${d.file} is not a contract: ${d.row}`,
    todo: 'Correct or remove the line: a wrong lot would be traded in wrong quantities, so none of the list is used.',
  },
})
