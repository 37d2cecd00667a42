import type { AnyCommand } from '../command/command.ts'
import { doctor } from './doctor.ts'
import { helpOn } from './help.ts'

/** Everything `ringmaster` can do, in the order the help lists it. */
export const commands: readonly AnyCommand[] = [doctor, helpOn(() => commands)]
