/**
 * `node scripts/run.mjs COMMAND [ARG...]` prepares the checkout, then runs COMMAND in it with the right Node.
 * Plain JavaScript without packages, because whatever Node the machine has (18 or newer) starts it.
 */
import { launch } from './launch/launch.mjs'
import { prepare, root } from './launch/prepare.mjs'

const node = await prepare()
const [command, ...args] = process.argv.slice(2)
if (command) launch(node, command, args, root)
