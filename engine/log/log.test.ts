import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Problem } from '../errors.ts'
import { freshSeed, seeded } from '../random.ts'
import { crc32c } from './crc32c.ts'
import { realFileSystem, type FileSystem } from './file-system.ts'
import { frameBytes, HEADER } from './frame.ts'
import { openLog, type Log } from './log.ts'
import type { Part } from './log.stress.ts'
import { memoryDisk } from './memory-disk.ts'
import { readLog, type LogRecord } from './read.ts'
import { verifyLog } from './verify.ts'

type Shown = [sequence: number, kind: number, payload: string]
const show = ({ sequence, kind, payload }: LogRecord): Shown => [sequence, kind, payload.toString()]

const readAll = (dir: string, options?: Parameters<typeof readLog>[1]): Shown[] => {
  const reader = readLog(dir, options)
  const all: Shown[] = []
  for (let record = reader.next(); record; record = reader.next()) all.push(show(record))
  reader.close()
  return all
}

const appendGroup = (log: Log, ...payloads: string[]): number => {
  for (const payload of payloads) log.append(payload.length, payload)
  return log.commit()
}

const problemOf = (run: () => unknown): Problem => {
  try {
    run()
  } catch (thrown) {
    return thrown as Problem
  }
  throw new Error('it did not throw')
}

t.test('the checksum is the one of RFC 3720', async (t) => {
  const rows: [string, Uint8Array, number][] = [
    ['123456789', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['ascending', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['descending', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ]
  for (const [what, bytes, expected] of rows) t.equal(crc32c(bytes, 0, bytes.length), expected, what)
})

t.test('what was committed is read back in order, in a later life too', async (t) => {
  const dir = join(t.testdir(), 'deep', 'log')
  const log = openLog(dir)
  t.equal(log.durable, 0)
  t.equal(log.commit(), 0, 'an empty group is nothing')
  t.equal(appendGroup(log, 'one', 'two€'), 2)
  t.equal(log.append(7, Buffer.from('three')), 3)
  t.same([log.durable, log.records], [2, 3])
  t.equal(log.commit(), 3)
  log.append(1, 'never committed')
  log.close()
  t.match(problemOf(() => log.append(1, 'x')), { code: 'LOG_CANNOT_WRITE', message: /closed/ })

  const again = openLog(dir)
  t.same([again.durable, again.records, again.dead], [3, 3, null])
  t.same(again.recovered, { cutBytes: 0, cutRecords: 0 })
  t.equal(again.chain, log.chain)
  t.equal(appendGroup(again, 'four'), 4)
  t.same(readAll(dir), [[1, 3, 'one'], [2, 4, 'two€'], [3, 7, 'three'], [4, 4, 'four']])
  t.match(verifyLog(dir), { records: 4, lastChain: again.chain, problems: [], torn: { bytes: 0, records: 0 } })
})

t.test('segments roll between groups, and a group larger than a segment stays whole', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir, { segmentBytes: 1000 })
  const payloads: string[] = []
  for (let group = 0; group < 40; group++) {
    const some = Array.from({ length: 1 + (group % 4) }, (_, i) => `${group}/${i} ${'.'.repeat((group * 37) % 500)}`)
    payloads.push(...some)
    appendGroup(log, ...some)
  }
  const files = fs.readdirSync(dir)
  t.ok(files.length > 5, `${files.length} segments`)
  t.same(readAll(dir).map(([, , payload]) => payload), payloads)
  for (const after of [0, 1, 17, 50, payloads.length - 1, payloads.length])
    t.same(readAll(dir, { after }).map(([, , payload]) => payload), payloads.slice(after), `after ${after}`)
  t.same(openLog(dir).durable, payloads.length)
})

t.test('records larger than the read window are read', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir)
  const large = 'L'.repeat(300_000)
  log.append(1, 'small')
  log.append(2, large)
  log.append(1, 'small')
  log.commit()
  t.same(readAll(dir), [[1, 1, 'small'], [2, 2, large], [3, 1, 'small']])
  t.same(readAll(dir, { kinds: new Set([1]) }), [[1, 1, 'small'], [3, 1, 'small']])
  t.match(problemOf(() => log.append(1, Buffer.alloc(17 * 2 ** 20))), { code: 'LOG_TOO_LARGE' })
})

t.test('a reader that follows sees a record when it is durable, and goes on where it stopped', async (t) => {
  const dir = t.testdir()
  const early = readLog(dir)
  t.equal(early.next(0), undefined, 'nothing there yet')
  t.equal(early.next(), undefined)
  const log = openLog(dir, { segmentBytes: 200 })
  const reader = readLog(dir, { after: 1 })
  const seen: string[] = []
  const follow = (through: number) => {
    for (let record = reader.next(through); record; record = reader.next(through)) seen.push(record.payload.toString())
  }
  for (let n = 1; n <= 30; n++) {
    follow(appendGroup(log, `a${n}`, `b${n}`) - 1) // the group's second record is not yet announced
    t.equal(seen.at(-1), n === 1 ? undefined : `a${n}`)
  }
  follow(log.durable)
  t.equal(seen.length, 59)
  t.equal(reader.position, 60)
  t.same([...Array(60)].map(() => early.next(60)!.sequence), [...Array(60)].map((_, i) => i + 1))
  reader.close()
  t.equal(reader.next(60), undefined)
  t.match(problemOf(() => reader.next(61)), { code: 'LOG_CORRUPT' }, 'what is said to be durable must be there')
})

t.test('a reader never believes what it read ahead of the durable sequence', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir)
  appendGroup(log, 'kept')
  appendGroup(log, 'taken back')
  const reader = readLog(dir)
  t.same(show(reader.next(1)!), [1, 4, 'kept']) // its window now holds the second record too
  // As after a crash: the second group is cut, and another one written in its place.
  const [file] = fs.readdirSync(dir)
  fs.truncateSync(join(dir, file!), frameBytes(fs.readFileSync(join(dir, file!)), 0))
  appendGroup(openLog(dir), 'other')
  t.same(show(reader.next(2)!), [2, 5, 'other'])
})

t.test('cut at any byte, a log keeps exactly its whole groups and takes new ones', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir)
  const ends: number[] = []
  const file = join(dir, '0000000001.log')
  for (const group of [['a'], ['b', 'bb'], ['c'.repeat(30), 'c', 'cc']]) {
    appendGroup(log, ...group)
    ends.push(fs.statSync(file).size)
  }
  log.close()
  const whole = fs.readFileSync(file)
  for (let cut = 0; cut <= whole.length; cut++) {
    fs.writeFileSync(file, whole.subarray(0, cut))
    const groups = ends.filter((end) => end <= cut).length
    const records = [0, 1, 3, 6][groups]!
    const kept = [0, ...ends][groups]!
    const reopened = openLog(dir)
    if (reopened.durable !== records || reopened.recovered.cutBytes !== cut - kept) {
      t.fail(`cut at ${cut}: ${reopened.durable} records, ${reopened.recovered.cutBytes} bytes cut`)
      break
    }
    appendGroup(reopened, 'new')
    reopened.close()
    if (readAll(dir).length !== records + 1 || verifyLog(dir).problems.length > 0) {
      t.fail(`cut at ${cut}: cannot go on`)
      break
    }
  }
})

t.test('what is said of a torn tail is what it was', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir)
  appendGroup(log, 'a')
  appendGroup(log, 'b', 'bb', 'bbb')
  const file = join(dir, '0000000001.log')
  const size = fs.statSync(file).size
  fs.truncateSync(file, size - 1)
  t.match(verifyLog(dir), { records: 1, torn: { bytes: 3 * HEADER + 5, records: 2 }, problems: [] })
  t.equal(fs.statSync(file).size, size - 1, 'verifying changes nothing')
  t.same(openLog(dir).recovered, { cutBytes: 3 * HEADER + 5, cutRecords: 2 })
})

t.test('a changed byte anywhere is refused and named, or was in the last group', async (t) => {
  const dir = t.testdir()
  const log = openLog(dir, { segmentBytes: 150 })
  appendGroup(log, 'aaaa')
  appendGroup(log, 'bbbb', 'cc')
  appendGroup(log, 'd')
  const lastGroup = 3
  const files = fs.readdirSync(dir)
  t.ok(files.length > 1)
  for (const [f, name] of files.entries()) {
    const path = join(dir, name)
    const whole = fs.readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      fs.writeFileSync(path, bytes)
      const { records, problems, torn } = verifyLog(dir)
      const isTail = f === files.length - 1 && records === lastGroup
      const named = problems[0]?.code === 'LOG_CORRUPT' && problems[0].message.includes(path)
      if (!(named || (isTail && torn.bytes > 0))) t.fail(`byte ${at} of ${name}: ${records} records and no word`)
    }
    fs.writeFileSync(path, whole)
  }
})

t.test('damage is named: what, where, why', async (t) => {
  const base = t.testdir()
  const healthy = () => {
    const dir = fs.mkdtempSync(join(base, 'log-'))
    const log = openLog(dir, { segmentBytes: 200 })
    for (const payload of ['one', 'two', 'three', 'four', 'five', 'six', 'seven']) appendGroup(log, payload)
    log.close()
    return { dir, files: fs.readdirSync(dir).map((name) => join(dir, name)) }
  }
  const check = (what: string, harm: (files: string[]) => void, sequence: number, because: RegExp) => {
    const { dir, files } = healthy()
    harm(files)
    t.match(problemOf(() => openLog(dir)), { code: 'LOG_CORRUPT', details: { sequence, because } }, what)
  }
  check('a segment is gone', (files) => fs.rmSync(files[1]!), 4, /one before it is missing/)
  check('the first segment is gone', (files) => fs.rmSync(files[0]!), 1, /missing/)
  check('a segment was cut short', (files) => fs.truncateSync(files[0]!, 110), 3, /middle of a group/)
  check('a bad record before a good one', (files) => {
    const bytes = fs.readFileSync(files[1]!)
    bytes[HEADER + 1]! ^= 1
    fs.writeFileSync(files[1]!, bytes)
  }, 4, /middle of a group/)
  check('a record was taken out', (files) => {
    const bytes = fs.readFileSync(files[0]!)
    const first = frameBytes(bytes, 0)
    fs.writeFileSync(files[0]!, bytes.subarray(first))
  }, 1, /carries the sequence 2/)
  check('history was rewritten, checksums and all', (files) => {
    const other = fs.mkdtempSync(join(base, 'forged-'))
    appendGroup(openLog(other), 'ONE')
    const forged = fs.readFileSync(join(other, '0000000001.log'))
    const bytes = fs.readFileSync(files[0]!)
    fs.writeFileSync(files[0]!, Buffer.concat([forged, bytes.subarray(forged.length)]))
  }, 2, /chain value/)
  const { dir, files } = healthy()
  const bytes = fs.readFileSync(files.at(-1)!)
  fs.writeFileSync(files.at(-1)!, Buffer.concat([bytes.subarray(0, 10), Buffer.alloc(20), bytes]))
  t.match(problemOf(() => openLog(dir)), { code: 'LOG_CORRUPT', details: { because: /good record follows/ } })
})

t.test('a folder that cannot be used is named', async (t) => {
  const dir = t.testdir({ file: 'in the way' })
  t.match(problemOf(() => openLog(join(dir, 'file'))), { code: 'LOG_CANNOT_OPEN', message: /file cannot be opened/ })
})

t.test('a full disk is said in bytes, kills the log, and loses nothing that was durable', async (t) => {
  const dir = t.testdir()
  let room = Infinity
  const io: FileSystem = {
    ...realFileSystem,
    write: (fd, bytes, from, length, position) => {
      if (room <= 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      const part = Math.min(length, room, 7) // short writes are allowed, so every write is short
      room -= part
      return realFileSystem.write(fd, bytes, from, part, position)
    },
  }
  const log = openLog(dir, { fileSystem: io })
  appendGroup(log, 'safe')
  room = 60
  log.append(1, 'does not')
  log.append(1, 'fit')
  const died = problemOf(() => log.commit())
  t.match(died, { code: 'LOG_CANNOT_WRITE', next: 'stop', details: { full: true, bytes: 107, durable: 1 } })
  t.match(died.message, /disk is full: 107 more bytes.*record 1 is safe/)
  t.match(died.todo, /Free space.*start again/)
  t.equal(log.dead, died)
  room = Infinity
  t.equal(problemOf(() => log.append(1, 'x')), died, 'dead for good')
  t.equal(problemOf(() => log.commit()), died)
  const again = openLog(dir)
  t.same([again.durable, again.recovered.cutBytes], [1, 0], 'already cut back')
  t.equal(appendGroup(again, 'goes on'), 2)
})

t.test('a file system that really is full is said so, and the log goes on once there is room', async (t) => {
  const dir = t.testdir()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', dir])
  if (mounted.status !== 0) return void t.comment('not run: it needs the right to mount a tmpfs')
  try {
    const log = openLog(join(dir, 'log'), { segmentBytes: 64 * 1024 })
    let acknowledged = 0
    const died = problemOf(() => {
      for (;;) acknowledged = appendGroup(log, 'f'.repeat(3000), 'g'.repeat(2000))
    })
    const details = { full: true, bytes: 2 * HEADER + 5000, durable: acknowledged }
    t.match(died, { code: 'LOG_CANNOT_WRITE', details })
    t.ok(acknowledged > 60, `${acknowledged} records until it was full`)
    log.close()
    t.same(openLog(join(dir, 'log')).durable, acknowledged)
    spawnSync('mount', ['-o', 'remount,size=1m', dir])
    const again = openLog(join(dir, 'log'))
    t.equal(appendGroup(again, 'room'), acknowledged + 1)
    again.close()
    t.same(verifyLog(join(dir, 'log')).problems, [])
  } finally {
    spawnSync('umount', ['-l', dir])
  }
})

t.test('whichever call fails, and however, nothing acknowledged is lost and no group is halved', async (t) => {
  const base = t.testdir()
  const calls = ['write', 'fdatasync', 'openNew', 'syncFolder', 'truncate', 'fsync'] as const
  for (const call of calls)
    for (let nth = 1; nth <= 6; nth++) {
      const dir = fs.mkdtempSync(join(base, call))
      let count = 0
      const failing = (...args: unknown[]) => {
        if (++count >= nth) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
        return (realFileSystem[call] as (...args: unknown[]) => unknown)(...args)
      }
      // A second fault on top: cutting back fails as well.
      const truncate = call === 'truncate' || nth % 2 ? realFileSystem.truncate : () => { throw new Error('EIO') }
      const write: FileSystem['write'] = (fd, bytes, from, length, position) =>
        realFileSystem.write(fd, bytes, from, Math.max(1, length >> 1), position)
      let durable = 0
      try {
        const fileSystem = { ...realFileSystem, write, truncate, [call]: failing }
        const log = openLog(dir, { segmentBytes: 120, fileSystem })
        for (let n = 0; n < 8; n++) durable = appendGroup(log, `${n}a`, `${n}b`)
      } catch (thrown) {
        t.match((thrown as Problem).code, /LOG_CANNOT_(WRITE|OPEN)/, `${call} ${nth}`)
      }
      const again = openLog(dir)
      const found = `${call} ${nth}: ${durable} durable, ${again.durable} found`
      t.ok(again.durable >= durable && again.durable % 2 === 0, found)
      appendGroup(again, 'on')
      t.same(verifyLog(dir).problems, [])
    }
})

t.test('a kill or a power cut at any moment, and then another one, keeps all that was acknowledged', async () => {
  const groups = fc.array(fc.array(fc.nat(80), { minLength: 1, maxLength: 3 }), { maxLength: 20, size: 'max' })
  fc.assert(
    fc.property(fc.integer(), groups, (seed, groups) => {
      const random = seeded(seed)
      const disk = memoryDisk(random)
      let acknowledged = 0
      const written: string[] = []
      for (let life = 0; life < 5; life++) {
        const early = random.whole(3) === 0
        if (early) disk.stopAfter(random.whole(20))
        try {
          const log = openLog('/log', { segmentBytes: 300, fileSystem: disk.io })
          if (!early) disk.stopAfter(random.whole(40))
          if (log.durable < acknowledged) throw new Error(`lost: ${acknowledged}, ${log.durable} found`)
          acknowledged = log.durable // whoever opens a log acts on all it finds there
          written.length = log.durable
          for (const group of groups) {
            for (const size of group) written.push('p'.repeat(size))
            acknowledged = appendGroup(log, ...group.map((size) => 'p'.repeat(size)))
          }
        } catch (thrown) {
          if (!disk.isDown) throw thrown
        }
        disk.restart(random.whole(2) ? 'kill' : 'power cut')
        const verdict = verifyLog('/log', disk.io)
        if (verdict.problems.length > 0) throw verdict.problems[0]
        if (verdict.records < acknowledged) throw new Error(`lost: ${acknowledged}, ${verdict.records} found`)
      }
      const reader = readLog('/log', { fileSystem: disk.io, through: acknowledged })
      for (let n = 0; n < acknowledged; n++)
        if (reader.next()?.payload.toString() !== written[n]) throw new Error(`record ${n + 1} is another one`)
    }),
    { numRuns: 300 },
  )
})

t.test('killed at random moments, a process leaves every acknowledged group whole', async (t) => {
  const dir = t.testdir()
  const seed = freshSeed()
  const random = seeded(seed)
  const stress = new URL('./log.stress.ts', import.meta.url).pathname
  let acknowledged = 0
  for (let life = 0; life < 6; life++) {
    const child = spawn(process.execPath, [stress, 'append-for-ever', dir, String(random.whole(2 ** 31))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (printed === '') setTimeout(() => child.kill('SIGKILL'), random.whole(60))
      printed += chunk
    })
    await new Promise((resolve) => child.once('close', resolve))
    const lines = printed.slice(0, printed.lastIndexOf('\n')).split('\n')
    acknowledged = Math.max(acknowledged, Number(lines.at(-1)))
    const log = openLog(dir)
    t.ok(log.durable >= acknowledged, `seed ${seed}, life ${life}: ${acknowledged} said, ${log.durable} found`)
    log.close()
  }
  let expected = 0
  const reader = readLog(dir)
  for (let record = reader.next(); record; record = reader.next()) {
    const { part, parts } = JSON.parse(record.payload.toString()) as Part
    if (part !== expected) t.fail(`record ${record.sequence} is part ${part} of ${parts}, expected ${expected}`)
    expected = part + 1 === parts ? 0 : part + 1
  }
  t.equal(expected, 0, 'no group is half there')
  t.same(verifyLog(dir).problems, [])
})
