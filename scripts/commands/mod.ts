import type { AnyCommand } from '../command/command.ts'
import { doctor } from './doctor.ts'
import { helpOn } from './help.ts'
import { replay } from './replay.ts'
import { start } from './start.ts'

/** Everything `ringmaster` can do, in the order the help lists it. */
export const commands: readonly AnyCommand[] = [start, replay, doctor, helpOn(() => commands)]
