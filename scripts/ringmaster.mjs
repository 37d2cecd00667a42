#!/usr/bin/env node
/** `npx ringmaster COMMAND`: prepares the checkout as run.mjs does, then runs the command where the person stands. */
import path from 'node:path'
import { launch } from './launch/launch.mjs'
import { prepare, root } from './launch/prepare.mjs'

const node = await prepare()
const main = path.join(root, 'scripts', 'ringmaster.ts')
launch(node, 'node', [main, ...process.argv.slice(2)], process.cwd())
