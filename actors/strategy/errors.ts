import { catalogue } from '#engine/mod.ts'

/** What a strategy's author can get wrong in a way that only shows when it runs. */
export const strategyErrors = catalogue('STRATEGY', {
  LINE_NAME: {
    next: 'stop',
    says: (d: { strategy: string; line: string }) =>
      `Strategy ${d.strategy} names an indicator "${d.line}", which is what decide calls something else.`,
    todo: 'Give that indicator another name in the strategy file.',
  },
  LEVEL: {
    next: 'restart',
    says: (d: { strategy: string; level: string; value: number | string }) =>
      `Strategy ${d.strategy} asked for a ${d.level} of ${d.value}, which is not a price.`,
    todo: 'Check the arithmetic of that level in the strategy file: an indicator may have been NaN.',
  },
  PARAMS: {
    next: 'stop',
    says: (d: { strategy: string; says: string }) => `Strategy ${d.strategy} cannot run with its parameters: ${d.says}`,
    todo: 'Correct the values named here; those left out take their defaults.',
  },
  SYMBOL_UNKNOWN: {
    next: 'stop',
    says: (d: { strategy: string; symbol: string }) =>
      `Strategy ${d.strategy} is to read ${d.symbol}, which is not among the instruments of this run.`,
    todo: 'Name an instrument of the recording, or replay one that has this instrument.',
  },
  ANSWER: {
    next: 'restart',
    says: (d: { strategy: string; fault: string }) => `Strategy ${d.strategy} answered with ${d.fault}.`,
    todo: 'Let decide return what long, short, flat, move, noted, setup or stay give, or a list of them.',
  },
  MEMORY_AT_TICK: {
    next: 'stop',
    says: (d: { strategy: string }) => `Strategy ${d.strategy} wrote to its memory in onTick.`,
    todo: 'Let decide alone write to memory: what came of ticks could not be rebuilt after a restart.',
  },
  FLOOD: {
    next: 'restart',
    says: (d: { strategy: string; count: number; most: number }) =>
      `Strategy ${d.strategy} made ${d.count} decisions at once; ${d.most} are allowed.`,
    todo: 'Look for a loop in decide: one bar asks for an exit, an entry and a few notes.',
  },
  SHAPE: {
    next: 'stop',
    says: (d: { strategy: string; faults: readonly string[] }) =>
      `Strategy ${d.strategy} is not a strategy: ${d.faults.join(' ')}`,
    todo: 'Export by default what defineStrategy({ … }) returns, with the fields named here.',
  },
  FILE: {
    next: 'stop',
    says: (d: { file: string; because: string }) => `The strategy file ${d.file} cannot be read: ${d.because}`,
    todo: 'Check the path: it is taken from the folder of the configuration.',
  },
  SYNTAX: {
    next: 'stop',
    says: (d: { at: string; says: string }) => `${d.at} does not compile: ${d.says}`,
    todo: 'Correct the line. Of TypeScript only types may be used: no enum, no namespace, no private in a constructor.',
  },
  IMPORT: {
    next: 'stop',
    says: (d: { at: string; name: string; because: string }) => `${d.at} imports ${d.name}: ${d.because}`,
    todo: "Import from 'ringmaster', and from .ts files in the folder of the strategy or below, and from nowhere else.",
  },
  FORBIDDEN: {
    next: 'stop',
    says: (d: { at: string; name: string; because: string }) => `${d.at} uses ${d.name}: ${d.because}`,
    todo: 'Decide from the bar, the lines, the position and memory alone, so that a replay decides the same.',
  },
  LOOPS: {
    next: 'stop',
    says: (d: { file: string; seconds: number }) =>
      `The strategy file ${d.file} was not loaded and tried out within ${d.seconds} s.`,
    todo: 'Look for a loop without an end, in the file itself or in decide.',
  },
  THROWS: {
    next: 'stop',
    says: (d: { at: string; says: string }) => `${d.at} throws: ${d.says}`,
    todo: 'Correct the line; it was run over made-up bars, with its parameters as they are configured.',
  },
})

/** An error of this area, ready to be thrown. */
export const { problem } = strategyErrors
