export { realFileSystem, type FileSystem } from './file-system.ts'
export { openLog, type Log, type LogOptions } from './log.ts'
export { readLog, type LogReader, type LogRecord, type ReadOptions } from './read.ts'
export { verifyLog, type Verdict } from './verify.ts'
