import type { AnyCommand } from '../command/command.ts'
import { doctor } from './doctor.ts'
import { helpOn } from './help.ts'
import { replay } from './replay.ts'

/** Everything `ringmaster` can do, in the order the help lists it. */
export const commands: readonly AnyCommand[] = [replay, doctor, helpOn(() => commands)]
