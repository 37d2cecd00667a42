/** The front door of the actor runtime. */
export * from './actor.ts'
export * from './clock.ts'
export * from './errors.ts'
export { lockDirectory, type Holder, type Lock } from './lock.ts'
export {
  openLog, readLog, realFileSystem, verifyLog,
  type FileSystem, type Log, type LogOptions, type LogReader, type LogRecord, type ReadOptions,
} from './log/mod.ts'
export * from './mailbox/mod.ts'
export * from './problems.ts'
export * from './random.ts'
export * from './runtime/board.ts'
export { openHost, type Host, type HostSpec } from './runtime/host.ts'
export { runInline } from './runtime/inline.ts'
export * from './runtime/metrics.ts'
export {
  openSystem, startSystem, type ActorState, type ActorStatus, type Refreshed, type System, type SystemEvents,
} from './runtime/system.ts'
export type { Down, DownReason } from './runtime/down.ts'
export { treeLines } from './runtime/status.ts'
export * from './simulate/mod.ts'
export * from './supervise.ts'
export * from './tree.ts'
