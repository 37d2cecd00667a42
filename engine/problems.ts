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
  LOOPS_DIFFER: {
    next: 'stop',
    says: (d: { name: string; lead: string; thread: string }) =>
      `${d.name} cannot share the thread ${d.thread} with ${d.lead}: one waits on its bell, one in the event loop.`,
    todo: 'Give one of them a thread of its own, or the same `loop`.',
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
  FLOODED: {
    next: 'restart',
    says: (d: { name: string; most: number }) => `${d.name} sent its supervisor over ${d.most} messages in a second.`,
    todo: 'It was ended and restarted. Look for a loop in it that posts messages.',
  },
  DISCONNECTED: {
    next: 'restart',
    says: (d: { name: string }) => `${d.name} closed the port that its supervisor speaks to it by.`,
    todo: 'It was ended and restarted. Let it leave the ports of its thread alone.',
  },
  PATH_CLOSED: {
    next: 'restart',
    says: (d: { name: string; other: string }) => `The path of messages between ${d.name} and ${d.other} was closed.`,
    todo: 'It was ended and restarted. Let it leave the ports of its thread alone.',
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
  NO_SUCH_SUPERVISOR: {
    next: 'stop',
    says: (d: { name: string }) => `There is no running supervisor ${d.name}.`,
    todo: 'List the actors and use the id of a supervisor that runs.',
  },
  NOT_DECLARED: {
    next: 'stop',
    says: (d: { name: string; supervisor: string }) => `${d.supervisor} does not declare a child ${d.name} any more.`,
    todo: 'Nothing was stopped. Declare it again, or let it be removed.',
  },
  NOT_REFRESHABLE: {
    next: 'stop',
    says: (d: { name: string }) => `The children of ${d.name} start together, so none is added or removed alone.`,
    todo: 'Restart it as a whole.',
  },
  TOO_MANY_ACTORS: {
    next: 'stop',
    says: (d: { name: string; most: number }) => `There is no room for ${d.name}: ${d.most} actors are the most.`,
    todo: 'Take some strategies out of the configuration, or run them in a second process.',
  },
  NOT_RUNNING: {
    next: 'stop',
    says: (d: { name: string }) => `${d.name} does not run, so there is nothing to look into.`,
    todo: 'Wait until it runs again, or start it, and ask once more.',
  },
  PROFILE_BUSY: {
    next: 'retry',
    says: (d: { name: string; busy: string }) => `${d.busy} is being looked into, so ${d.name} has to wait.`,
    todo: 'One profile or heap snapshot is taken at a time: ask again when it is through.',
  },
  NOT_KILLABLE: {
    next: 'stop',
    says: (d: { name: string }) => `${d.name} cannot be stopped alone: its neighbours share its state.`,
    todo: 'Restart it, or stop the whole engine.',
  },
})

/** Makes a throwable error of the engine's catalogue. */
export const engineProblem = engineErrors.problem
