import t from 'tap'
import type { AnyActor, Message } from '../actor.ts'
import { advance, createEdge, createWatermarks, edgeSender } from '../mailbox/mod.ts'
import { controlOf, createBoard, rouserOf } from './board.ts'
import { openHost } from './host.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

t.test('what a restarted neighbour promises counts only once its new path is heard of', async (t) => {
  const board = createBoard()
  const watermarks = createWatermarks(3)
  const heard: number[] = []
  const actor: AnyActor = { module: '', start: () => null, on: { said: (_, { at }) => void heard.push(at) } }
  const awaits = [1, 2].map((slot) => ({ slot, lagMs: 0, sends: true }))
  const sync = { watermarks, slot: 0, awaits }
  const host = openHost(actor, { id: 'self', slot: 3, bell: 3, given: null, sync, wakes: [], board, seed: 1 }, quiet)
  const path = (from: number) => {
    const { sender, receiver } = createEdge(4)
    const edge = edgeSender<Message>(sender)
    return { open: () => host.receive(from, receiver), say: (at: number) => edge.send({ type: 'said', at }) }
  }
  const [old, other, anew] = [path(1), path(2), path(1)]
  t.teardown(() => host.stop())
  await host.start()
  old.open()
  other.open()

  // It died; the supervisor tells of the new path, and the new one speaks before that is heard.
  rouserOf(board, 3)()
  other.say(20)
  anew.say(10)
  for (const slot of [1, 2]) advance(watermarks, slot, 30)
  host.turn()
  t.strictSame(heard, [], 'the later message waits')

  t.ok(controlOf(board, 3)())
  anew.open()
  host.turn()
  t.strictSame(heard, [10, 20])
})
