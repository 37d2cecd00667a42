/*
 * A session that is given a strategy and dies of it: `add-and-die.ts DATA RECORDING CONFIG ID` plays up to some minutes
 * after the strategy came, and ends itself as a power failure would.
 */
import { pause } from '#engine/clock.ts'
import { standingOf } from '#actors/journal/past.ts'
import { durableOf } from '#engine/mod.ts'
import { controlOf } from '../control.ts'
import { openGround, startSession } from '../open.ts'
import { plain } from './play.ts'

const [data, recording, config, id] = process.argv.slice(2)
const options = { ...plain, data, recording, config, speed: 3000, shards: 2 }
const ground = await openGround(options)
const session = await startSession(ground, options)
const minute = (): number => standingOf(ground.run.journal, durableOf(session.system.board)).minute?.mark ?? 0

while (minute() === 0) await pause(20)
const began = minute()
while (minute() < began + 30 * 60_000) await pause(20)
const done = await controlOf(session).add({
  id: id!, type: 'ema-cross', symbol: 'NIFTY-I', params: { timeframe: '1m', fast: 5, slow: 12 },
})
if (done.type === 'refused') throw new Error(done.says)
const added = minute()
while (minute() < added + 45 * 60_000) await pause(20)
process.kill(process.pid, 'SIGKILL')
