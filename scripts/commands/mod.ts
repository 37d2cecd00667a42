import type { AnyCommand } from '../command/command.ts'
import { doctor } from './doctor.ts'
import { helpOn } from './help.ts'
import { heap, profile } from './inspect.ts'
import { replay } from './replay.ts'
import { start } from './start.ts'
import { strategies } from './strategies.ts'
import { top } from './top.ts'

/** Everything `ringmaster` can do, in the order the help lists it. */
export const commands: readonly AnyCommand[] = [
  start, replay, strategies, top, profile, heap, doctor, helpOn(() => commands),
]
