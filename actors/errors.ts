import { catalogue } from '#engine/mod.ts'

// Eight are enough to recognise a recording by.
const someOf = (all: readonly string[]): string =>
  all.length > 8 ? `${all.slice(0, 8).join(', ')} and ${all.length - 8} more` : all.join(', ')

/** What can be wrong with how a run is set up. */
export const configErrors = catalogue('CONFIG', {
  NOT_READABLE: {
    next: 'stop',
    says: (d: { file: string; because: string }) => `The configuration ${d.file} cannot be read: ${d.because}`,
    todo: 'Check the path, and that the file is JSON.',
  },
  UNKNOWN_KEY: {
    next: 'stop',
    says: (d: { where: string; key: string; known: readonly string[] }) =>
      `${d.where} has a key that does not exist: ${d.key}. Known: ${d.known.join(', ')}.`,
    todo: 'Correct the name, or remove it.',
  },
  WRONG_TYPE: {
    next: 'stop',
    says: (d: { where: string; needs: string; value: unknown }) =>
      `${d.where} is ${JSON.stringify(d.value)}; it must be ${d.needs}.`,
    todo: 'Correct the value.',
  },
  TYPE_UNKNOWN: {
    next: 'stop',
    says: (d: { strategy: string; type: string; known: readonly string[] }) =>
      `${d.strategy} is of a strategy type that does not exist: ${d.type}. Known: ${d.known.join(', ')}.`,
    todo: 'Use one of the known types.',
  },
  PARAMS: {
    next: 'stop',
    says: (d: { strategy: string; faults: readonly string[] }) =>
      `The parameters of ${d.strategy}: ${d.faults.join(' ')}`,
    todo: 'Correct the parameters named here; each is listed with its bounds.',
  },
  SYMBOL_UNKNOWN: {
    next: 'stop',
    says: (d: { strategy: string; symbol: string; known: readonly string[] }) =>
      `${d.strategy} is to watch ${d.symbol}, which is not in the recording. It holds ${someOf(d.known)}.`,
    todo: 'Use a symbol of the recording, or another recording.',
  },
  ID_TAKEN: {
    next: 'stop',
    says: (d: { strategy: string }) => `Two strategies are called ${d.strategy}.`,
    todo: 'Give one of them another id.',
  },
  NO_SUCH_ACTOR: {
    next: 'stop',
    says: (d: { where: string; actor: string; able: readonly string[] }) =>
      `${d.where} names an actor that does not exist: ${d.actor}. Those that may share a thread: ${d.able.join(', ')}.`,
    todo: 'Correct the name. To place candles/1 and those after it, say how many "shards" there are.',
  },
  PLACED_TWICE: {
    next: 'stop',
    says: (d: { where: string; actor: string }) => `${d.where} places ${d.actor} twice.`,
    todo: 'Name it once: an actor lives in one thread.',
  },
  MAY_NOT_SHARE: {
    next: 'stop',
    says: (d: { where: string; actor: string; able: readonly string[] }) =>
      `${d.where} names ${d.actor}, which may share no thread with the core. Those that may: ${d.able.join(', ')}.`,
    todo:
      'Leave it out: store and api live in the event loop. Strategies share a thread with each other alone, by the ' +
      'same "thread" in their entries.',
  },
  FLEET_EMPTY: {
    next: 'stop',
    says: (d: { recording: string }) =>
      `No strategy of the fleet can run on ${d.recording}: it holds none of their symbols.`,
    todo: 'Name strategies for its symbols in a configuration and give it by --config.',
  },
})

/** Makes a throwable error of this catalogue. */
export const { problem } = configErrors

/** What can be wrong with a change of the fleet while it runs. */
export const fleetErrors = catalogue('FLEET', {
  ID_TAKEN: {
    next: 'stop',
    says: (d: { strategy: string }) => `There is, or was, a strategy called ${d.strategy} in this run.`,
    todo: 'Give it another id: what a strategy did in a run goes by its id, also after it was removed.',
  },
  FULL: {
    next: 'stop',
    says: (d: { strategy: string; seats: number }) =>
      `There is no seat for ${d.strategy}: this run has ${d.seats}, and all are taken.`,
    todo: 'Remove a strategy first, or run the others in a second process.',
  },
  REMOVED: {
    next: 'stop',
    says: (d: { strategy: string }) => `${d.strategy} was removed from the fleet.`,
    todo: 'Clone it under another id to have its like again.',
  },
  LEAVING: {
    next: 'stop',
    says: (d: { strategy: string }) => `${d.strategy} is being removed; its positions are on their way out.`,
    todo: 'Wait until it is gone.',
  },
  HOLDS: {
    next: 'stop',
    says: (d: { strategy: string }) => `${d.strategy} holds a position or has an order under way.`,
    todo: 'Wait until it is flat, or remove it with flatten=true: what it holds is then left at the market first.',
  },
  FROM_FILE: {
    next: 'stop',
    says: (d: { strategy: string }) => `${d.strategy} runs a file of its own.`,
    todo: 'Name the file once more in the configuration, under another id.',
  },
  NOT_ANSWERED: {
    next: 'retry',
    says: (d: { strategy: string }) =>
      `The executor did not say in time what ${d.strategy} holds. Nothing was changed.`,
    todo: 'Try again; the System page shows how the executor fares.',
  },
})

/** Makes a throwable error of a change of the fleet. */
export const { problem: fleetProblem } = fleetErrors
