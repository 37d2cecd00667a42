import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { lockDirectory, realClock, type Problem } from '#engine/mod.ts'
import { proveDurable } from './connect.ts'
import { openStore } from './store.ts'
import { at, candle, minuteClosed, numbered, openAt, scriptedDay, signal } from './testing/facts.ts'
import { batchSize, signalsAfter } from './testing/writer.ts'

const open = (dir: string) => openStore({ dir, runId: 'run', clock: realClock })
const refusal = (work: Promise<unknown>): Promise<Problem> =>
  work.then(
    () => Promise.reject(new Error('it was accepted')),
    (thrown: Problem) => thrown,
  )

t.setTimeout(120_000) // a database is made and opened several times, which a busy machine takes its time over

t.test('a store', async (t) => {
  const dir = join(t.testdir(), 'db')
  const script = scriptedDay()

  await t.test(
    'loses nothing it acknowledged when its process is killed, and goes on from there',
    async (t) => {
      for (const round of [1, 2]) {
        const writer = spawn(
          process.execPath,
          [new URL('testing/writer.ts', import.meta.url).pathname, dir],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        )
        let acknowledged = 0
        const lines = createInterface({ input: writer.stdout })
        lines.on('line', (line) => void (acknowledged = Number(line)))
        while (acknowledged < script.length + round * 10 * batchSize) await once(lines, 'line')
        const refused = await refusal(open(dir))
        t.equal(refused.code, 'LOCK_DATA_DIRECTORY_IN_USE')
        t.match(refused.details, { pid: writer.pid })
        writer.kill('SIGKILL')
        await once(writer, 'exit')

        const store = await open(dir)
        const last = await store.lastSequence()
        t.ok(last >= acknowledged, `nothing acknowledged is missing, round ${round}`)
        t.equal((last - script.length) % batchSize, 0, 'no batch is there in part')
        const { items } = await store.queries.signals({ limit: 100_000 })
        t.equal(items.length, last - script.length + 2, 'every fact up to the last is there, once')
        await store.apply(signalsAfter(last))
        t.equal(await store.lastSequence(), last + batchSize)
        await store.close()
      }
    },
  )

  const store = await open(dir)

  await t.test('gives back what the facts said, in the units of the engine', async (t) => {
    const { items: trades } = await store.queries.trades({
      strategy: 'ema-nifty',
      symbol: 'NIFTY-I',
      limit: 10,
    })
    const closed = script.flatMap(({ fact }) => (fact.type === 'tradeClosed' ? [fact.trade] : []))
    t.same(trades, closed.toReversed())

    const [first] = await store.queries.candles({ symbol: 'NIFTY-I', timeframe: '1m', limit: 10 })
    const revised = script
      .flatMap(({ fact }) => (fact.type === 'minuteClosed' ? fact.candles : []))
      .find((one) => one.revision)
    t.same(first, revised)
    const window = {
      symbol: 'NIFTY-I',
      timeframe: '1m',
      from: openAt + 60_000,
      to: openAt + 120_000,
      limit: 10,
    } as const
    t.same(
      (await store.queries.candles(window)).map((one) => one.openAt),
      [openAt + 60_000],
    )
    t.same(await store.queries.candles({ ...window, timeframe: '5m' }), [])

    t.same(await store.queries.performance({ strategy: 'ema-nifty' }), [
      {
        strategy: 'ema-nifty',
        day: '2022-11-10',
        paperPnl: -9_05,
        livePnl: 0,
        charges: 4_44,
        trades: 2,
        wins: 1,
        losses: 1,
        winRate: 0.5,
        maxDrawdown: 1_502_22,
      },
    ])
    t.same(await store.queries.performance({ strategy: 'pva-bank' }), [])
  })

  await t.test('turns pages from the newest signal to the first without a gap', async (t) => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.queries.signals({ strategy: 'ema-nifty', cursor, limit: 50 })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next ?? undefined
    } while (cursor)
    t.equal(new Set(seen).size, seen.length)
    const { items: all } = await store.queries.signals({ limit: 100_000 })
    t.same(
      seen,
      all.map(({ id }) => id),
    )
    t.same(all.at(-1), { ...signal(3), executed: true, refusal: null })
    t.same(all.find(({ id }) => id === signal(5).id)?.refusal, {
      code: 'RISK_OPEN_TRADES',
      because: 'It holds 1 trade, its limit.',
    })
    t.equal(
      (await refusal(store.queries.signals({ cursor: 'nonsense', limit: 1 }))).code,
      'STORE_CURSOR_UNKNOWN',
    )
  })

  await t.test('takes instruments, and takes them again with what changed', async (t) => {
    const option = {
      index: 0,
      symbol: 'NIFTY10NOV2218200CE',
      kind: 'option',
      underlying: 'NIFTY',
      expiry: '2022-11-10',
      strike: 18_200_00,
      optionType: 'CE',
      tickSize: 5,
    } as const
    await store.saveInstruments([option])
    await t.resolves(store.saveInstruments([{ ...option, lot: 50, freeze: 1_800 }]))
  })

  await t.test('takes the candles of ninety symbols, minute by minute', async (t) => {
    const symbols = Array.from({ length: 90 }, (_, n) => `S${n}`)
    const candles = (n: number) => symbols.map((symbol) => candle(symbol, n))
    const minutes = Array.from({ length: 50 }, (_, n) => at(n, minuteClosed(n, candles(n))))
    const batch = numbered(minutes, await store.lastSequence())
    const before = performance.now()
    for (const one of batch.slice(0, 25)) await store.apply([one])
    const between = performance.now()
    await store.apply(batch.slice(25))
    const after = performance.now()
    const each = (ms: number) => `${(ms / 25).toFixed(1)} ms`
    t.comment(`a minute alone: ${each(between - before)}; in a batch of 25: ${each(after - between)}`)
    t.equal((await store.queries.candles({ symbol: 'S89', timeframe: '1m', limit: 100 })).length, 50)
  })

  await t.test('keeps its log small', async (t) => {
    for (let round = 0; round < 10; round++) await store.maintain()
    t.ok((await store.lastSequence()) > script.length)
  })

  await store.close()
})

t.test('a commit that never asks for an fsync is found out', async (t) => {
  const db = { query: async () => ({ rows: [], fields: [] }), close: async () => {} }
  t.equal((await refusal(proveDurable('dir', db, { fsyncs: 3 }))).code, 'STORE_NOT_DURABLE')
})

t.test('a damaged database is refused with what to do, and its directory is free again', async (t) => {
  const dir = t.testdir({
    made: '',
    pg: { PG_VERSION: '18\n', global: { pg_control: 'not a control file' } },
  })
  const refused = await refusal(open(dir))
  t.equal(refused.code, 'STORE_UNOPENABLE')
  t.match(refused.todo, 'rebuilt from the journal')
  lockDirectory(dir, realClock).release()
})
