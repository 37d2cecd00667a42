import { catalogue } from './errors.ts'

/** What can go wrong with the machinery itself. */
export const engineErrors = catalogue('ENGINE', {
  NAME_TAKEN: {
    next: 'stop',
    says: (d: { name: string }) => `Two children of the tree are called ${d.name}.`,
    todo: 'Give one of them another id in the configuration.',
  },
  REF_UNKNOWN: {
    next: 'stop',
    says: (d: { name: string; to: string }) => `${d.name} is to send to ${d.to}, which does not exist before it.`,
    todo: 'List children from the sink up to the source.',
  },
  START_TIMEOUT: {
    next: 'restart',
    says: (d: { name: string; ms: number }) => `${d.name} did not start within ${d.ms} ms.`,
    todo: 'Look at its log; the machine may be overloaded.',
  },
  START_FAILED: {
    next: 'stop',
    says: (d: { name: string; says: string }) => `${d.name} could not start: ${d.says}`,
    todo: 'Mend what the message names, then start again.',
  },
  HUNG: {
    next: 'restart',
    says: (d: { name: string; ms: number }) => `${d.name} gave no sign of life for ${d.ms} ms.`,
    todo: 'It was ended and restarted. Look for an endless loop in it.',
  },
  EXITED: {
    next: 'restart',
    says: (d: { name: string; code: number }) => `${d.name} ended itself with exit code ${d.code}.`,
    todo: 'Remove process.exit from it; it was restarted.',
  },
  OUT_OF_MEMORY: {
    next: 'restart',
    says: (d: { name: string; heapMb: number }) => `${d.name} needed more than its ${d.heapMb} MB of memory.`,
    todo: 'Look for something that grows without end; it was restarted.',
  },
  NO_SUCH_ACTOR: {
    next: 'stop',
    says: (d: { name: string }) => `There is no actor ${d.name}.`,
    todo: 'List the actors and use one of their ids.',
  },
  NOT_KILLABLE: {
    next: 'stop',
    says: (d: { name: string }) => `${d.name} cannot be stopped alone: its neighbours share its state.`,
    todo: 'Restart it, or stop the whole engine.',
  },
})

/** Makes a throwable error of the engine's catalogue. */
export const engineProblem = engineErrors.problem
