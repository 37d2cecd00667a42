import fc from 'fast-check'
import t from 'tap'
import type { AnyActor, Context, Message } from '../actor.ts'
import { openLog } from '../log/mod.ts'
import { advance, createEdge, createWatermarks, edgeReceiver, edgeSender, readWatermark } from '../mailbox/mod.ts'
import type { Sync } from '../tree.ts'
import { createBoard } from './board.ts'
import { openHost } from './host.ts'

type Heard = readonly [what: string, now: number]
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Its own watermark is number 0, those of its senders are 1 and 2. */
const SENDERS = [1, 2] as const
type Options = { readonly actor?: Partial<AnyActor>; readonly sync?: Partial<Sync>; readonly durable?: number }

/** A host in this thread that writes down what its actor handles, and the hands of those around it. */
const stage = async ({ actor, sync, durable = 0 }: Options = {}) => {
  const watermarks = createWatermarks(3)
  const board = createBoard()
  const words = new Int32Array(board.durable)
  words[0] = durable
  const heard: Heard[] = []
  const note = (_: unknown, { type, what }: Message & { what?: string }, ctx: Context) =>
    void heard.push([what ?? type, ctx.now()])
  const definition = { module: '', start: () => null, on: { said: note, done: note }, ...actor } as AnyActor
  const awaits = SENDERS.map((slot) => ({ slot, lagMs: 0, sends: true }))
  const host = openHost(definition, {
    id: 'self', slot: 0, bell: 0, given: null, wakes: [], board, seed: 1,
    sync: { watermarks, slot: 0, awaits, ...sync },
  }, quiet)
  const senders = SENDERS.map((slot) => {
    const { sender, receiver } = createEdge(64)
    host.receive(slot, receiver)
    const edge = edgeSender<Message & { what: string }>(sender)
    return {
      say: (at: number, what: string) => edge.send({ type: 'said', at, what }),
      promise: (at: number) => advance(watermarks, slot, at),
    }
  })
  await host.start()
  return {
    host, heard, first: senders[0]!, second: senders[1]!,
    connect: (to: string, capacity: number) => {
      const { sender, receiver } = createEdge(capacity)
      host.connect(to, sender)
      return edgeReceiver<Message & { n: number }>(receiver)
    },
    promised: () => readWatermark(watermarks, 0),
    durable: (sequence: number) => void (words[0] = sequence),
    /** Turns until there is nothing left to do. */
    settle: () => {
      while (host.turn() === true);
    },
  }
}

t.test('nothing is handled before every sender has promised to be past it', async (t) => {
  const { host, heard, first, second, promised } = await stage()
  t.teardown(() => host.stop())
  first.say(100, 'a')
  second.say(100, 'b')
  first.promise(200)
  host.turn()
  t.strictSame(heard, [], 'the second may still send something earlier')
  second.promise(99)
  host.turn()
  t.strictSame(heard, [])
  t.equal(promised(), 99, 'what waits bounds what can be promised')
  second.promise(100)
  host.turn()
  t.strictSame(heard, [['a', 100], ['b', 100]])
  t.equal(promised(), 100)
})

t.test('a message falls due as much later as its way takes', async (t) => {
  const awaits = [{ slot: 1, lagMs: 250, sends: true }, { slot: 2, lagMs: 250, sends: true }]
  const { host, heard, first, second } = await stage({ sync: { awaits, commandLagMs: 250 } })
  t.teardown(() => host.stop())
  first.say(100, 'a')
  first.promise(101)
  second.promise(99)
  host.turn()
  t.strictSame(heard, [])
  second.promise(100)
  host.turn()
  t.strictSame(heard, [['a', 350]], 'a sender at 100 can send nothing that is due at 350 or before')
})

t.test('with nobody there to send, no more is promised than with somebody who may come', async (t) => {
  // The second stands for whoever is there; those who come begin where the first is, and speak at these moments.
  const awaits = [{ slot: 1, lagMs: 100, sends: false }, { slot: 2, lagMs: 0, sends: true }]
  const newcomers = { slot: 1, lagMs: 100, moments: [1000, 2000] }
  const { host, first, second, promised } = await stage({ sync: { awaits, newcomers } })
  t.teardown(() => host.stop())
  second.promise(Number.POSITIVE_INFINITY)
  const rows = [[0, 999], [899, 999], [900, 1999], [1899, 1999], [1900, Number.POSITIVE_INFINITY]] as const
  for (const [at, promise] of rows) {
    first.promise(at)
    host.turn()
    t.equal(promised(), promise, `with the first at ${at}`)
  }
})

t.test('however messages arrive, they are handled in one order', async () => {
  const times = fc
    .array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 })
    .map((some) => some.toSorted((a, b) => a - b))
  const steps = fc.array(fc.constantFrom('first', 'second', 'turn'), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(times, times, steps, async (first, second, schedule) => {
      const { host, heard, settle, ...hands } = await stage()
      const queues = { first: [...first], second: [...second] }
      const next = (who: 'first' | 'second'): boolean => {
        const at = queues[who].shift()
        if (at !== undefined) hands[who].say(at, `${who} ${at}`)
        // It promises as much as it can: to the moment before its next message, which may be at this same one.
        hands[who].promise((queues[who][0] ?? Number.POSITIVE_INFINITY) - 1)
        return at !== undefined
      }
      for (const step of schedule)
        if (step === 'turn') host.turn()
        else next(step)
      while (next('first'));
      while (next('second'));
      settle()
      await host.stop()
      const all = [...first.map((at) => [at, 'first']), ...second.map((at) => [at, 'second'])] as [number, string][]
      const expected = all.toSorted(([a, who], [b, other]) => a - b || who.localeCompare(other))
      return heard.map(([what]) => what).join() === expected.map(([at, who]) => `${who} ${at}`).join()
    }),
    { numRuns: 100 },
  )
})

const DONE = 1
const OTHER = 2

t.test('facts of others are known after a while; own ones rebuild the state and are then passed over', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir)
  const keep = (kind: number, at: number, from: string, what: string, tick = 0) =>
    log.append(kind, JSON.stringify({ type: 'done', at, from, tick, what }))
  keep(DONE, 40, 'self', 'own, before the start')
  keep(DONE, 50, 'other', 'before the start')
  const recovered = log.commit()
  const { host, heard, first, second, durable } = await stage({
    durable: recovered,
    sync: { facts: { dir, kinds: [DONE], lagMs: 10, ownLagMs: -5 } },
  })
  t.teardown(() => host.stop())

  keep(DONE, 90, 'other', 'fact')
  keep(OTHER, 90, 'other', 'not asked for')
  keep(DONE, 95, 'self', 'own, handled as it was made')
  keep(DONE, 99, 'nobody', "the machinery's", -1)
  const kept = log.commit()
  log.close()
  first.say(100, 'command')
  first.promise(1000)
  second.promise(1000)
  host.turn()
  t.strictSame(heard, [['own, before the start', 35], ['before the start', 60], ['command', 100]], 'not durable yet')
  heard.length = 0
  second.say(1100, 'late')
  first.say(1200, 'later')
  durable(kept)
  first.promise(2000)
  second.promise(2000)
  host.turn()
  // Time never goes back: what is known late counts from when it is known.
  t.strictSame(heard, [["the machinery's", 1000], ['fact', 1000], ['late', 1100], ['later', 1200]])
})

t.test('a fact and a command that fall due together: the fact is known first', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir)
  log.append(DONE, JSON.stringify({ type: 'done', at: 90, from: 'other', tick: 0, what: 'fact' }))
  const kept = log.commit()
  log.close()
  const { host, heard, first, second, durable } = await stage({ sync: { facts: { dir, kinds: [DONE], lagMs: 10 } } })
  t.teardown(() => host.stop())
  first.say(100, 'command')
  second.say(99, 'earlier')
  durable(kept)
  first.promise(100)
  second.promise(100)
  host.turn()
  t.strictSame(heard, [['earlier', 99], ['fact', 100], ['command', 100]])
})

t.test('facts are looked for when there is news, and those that are not for this actor are passed over', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir)
  const keep = (what: string): number => {
    log.append(DONE, JSON.stringify({ type: 'done', at: 10, from: 'other', tick: 0, what }))
    return log.commit()
  }
  const counts = new Int32Array(new SharedArrayBuffer(8))
  const { host, heard, durable, first, second } = await stage({
    durable: keep('mine, before the start'),
    sync: { facts: { dir, kinds: [DONE], lagMs: 0, holding: 'mine', news: { counts, place: 1 } } },
  })
  t.teardown(() => host.stop())
  first.promise(1000)
  second.promise(1000)
  const said = (): string[] => (host.turn(), heard.splice(0).map(([what]) => what))
  t.strictSame(said(), ['mine, before the start'], 'a start looks')
  keep('of somebody else')
  durable(keep('mine'))
  t.strictSame(said(), [], 'without news nobody looks')
  Atomics.add(counts, 0, 1)
  t.strictSame(said(), [], 'news for others are none')
  Atomics.add(counts, 1, 1)
  t.strictSame(said(), ['mine'])
  log.close()
})

t.test('a full path holds its sender back: nothing is lost, reordered or promised too early', async (t) => {
  let turns = 0
  const pump = (_: unknown, ctx: Context): boolean => {
    turns++
    if (turns > 1) return false
    for (let n = 1; n <= 5; n++) ctx.send({ ref: 'sink' }, { type: 'said', n } as never, 10)
    ctx.advance(10)
    return true
  }
  const { host, connect, promised } = await stage({ actor: { pump } })
  t.teardown(() => host.stop())
  const sink = connect('sink', 2)
  const got: number[] = []
  const take = (): number => sink.drain(1, ({ n }) => got.push(n))

  host.turn()
  t.equal(sink.pending(), 2)
  for (let left = 3; left > 0; left--) {
    t.equal(host.turn(), false)
    t.strictSame([turns, promised()], [1, Number.NEGATIVE_INFINITY], `${left} of them have not left`)
    take()
  }
  host.turn()
  t.strictSame([turns, promised()], [2, 10], 'all have left')
  while (take() > 0);
  t.strictSame(got, [1, 2, 3, 4, 5])
})

t.test('a path that is opened anew goes on where the old one stopped', async (t) => {
  const pump = (_: unknown, ctx: Context): boolean => {
    const handled = ctx.deliver(ctx.horizon())
    if (handled > 0) ctx.send({ ref: 'sink' }, { type: 'said' } as never, 1)
    return handled > 0
  }
  const { host, heard, first, second, connect } = await stage({ actor: { pump } })
  t.teardown(() => host.stop())
  first.say(1, 'by the old path')
  const { sender, receiver } = createEdge(4)
  host.receive(1, receiver)
  edgeSender<Message>(sender).send({ type: 'said', at: 1, what: 'by the new path' } as Message)
  first.promise(5)
  second.promise(5)
  host.turn()
  t.strictSame(heard.map(([what]) => what), ['by the old path', 'by the new path'])
  t.equal(host.turn(), false, 'it keeps what it has nobody to send to')
  const sink = connect('sink', 4)
  host.turn()
  t.equal(sink.pending(), 1)
})
