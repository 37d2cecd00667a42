import { catalogue } from '#engine/errors.ts'

type Suggested = { readonly given: string; readonly meant: string | undefined }
const ask = (meant: string | undefined) => (meant ? ` Did you mean ${meant}?` : '')

/** What can be wrong with what a person typed. */
export const commandErrors = catalogue('COMMAND', {
  UNKNOWN: {
    next: 'stop',
    says: (d: Suggested) => `There is no command ${d.given}.${ask(d.meant)}`,
    todo: 'List the commands with: npx ringmaster --help',
  },
  OPTION_UNKNOWN: {
    next: 'stop',
    says: (d: Suggested & { command: string }) =>
      `${d.command} has no option ${d.given}.${ask(d.meant)}`,
    todo: 'List the options of a command with --help after its name.',
  },
  OPTION_NEEDS_VALUE: {
    next: 'stop',
    says: (d: { option: string; value: string }) =>
      `${d.option} needs a value: ${d.option} ${d.value}.`,
    todo: 'Give the value after the option, or with = when it begins with a dash.',
  },
  OPTION_TAKES_NONE: {
    next: 'stop',
    says: (d: { option: string; given: string }) =>
      `${d.option} is a switch and takes no value, but got ${d.given}.`,
    todo: 'Leave the value out.',
  },
  ARGUMENT_UNEXPECTED: {
    next: 'stop',
    says: (d: { command: string; given: string }) =>
      `${d.command} does not know what to do with ${d.given}.`,
    todo: 'List what a command takes with --help after its name.',
  },
  ARGUMENT_MISSING: {
    next: 'stop',
    says: (d: { needs: string }) => `${d.needs} is missing.`,
    todo: 'Name one; `npx ringmaster top --once` lists the actors of the running engine.',
  },
  VALUE_INVALID: {
    next: 'stop',
    says: (d: { option: string; given: string; needs: string }) =>
      `${d.option} must be ${d.needs}, but got ${d.given}.`,
    todo: 'Correct the value and run the command again.',
  },
})

/** Makes a throwable error of the command line's catalogue. */
export const commandProblem = commandErrors.problem
