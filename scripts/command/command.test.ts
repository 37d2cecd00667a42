import t from 'tap'
import { command } from './command.ts'
import { distance, nearest } from './near.ts'
import { runCommand } from './run-command.ts'

const seen: unknown[] = []
const feed = command({
  name: 'feed',
  summary: 'Feeds a recording',
  options: {
    speed: { value: 'N', default: '30', says: 'how fast' },
    data: { value: 'DIR', says: 'where' },
    quiet: { says: 'says less', short: 'q' },
  },
  takes: '[FILE]',
  run: (given, rest) => {
    seen.push({ ...given, rest: [...rest] })
    return 0
  },
})
const bare = command({ name: 'bare', summary: 'Takes nothing', options: {}, run: () => 3 })
const broken = command({
  name: 'broken',
  summary: 'Throws',
  options: {},
  run: () => Promise.reject(new Error('out of luck')),
})

const run = async (line: string) => {
  seen.length = 0
  const out: string[] = []
  const error: string[] = []
  const output = {
    out: (text: string) => out.push(text),
    error: (text: string) => error.push(text),
  }
  const status = await runCommand(line.split(' ').filter(Boolean), [feed, bare, broken], output)
  return { status, out: out.join('\n'), error: error.join('\n'), given: seen[0] }
}

t.test('a command gets its options, with defaults for those left out', async (t) => {
  const rows: [string, object][] = [
    ['feed', { speed: '30', data: undefined, quiet: false, rest: [] }],
    ['feed --speed 1 -q a.csv', { speed: '1', data: undefined, quiet: true, rest: ['a.csv'] }],
    ['feed --data=-odd --speed 1 --speed 2', { speed: '2', data: '-odd', quiet: false, rest: [] }],
    ['feed -- --speed', { speed: '30', data: undefined, quiet: false, rest: ['--speed'] }],
  ]
  for (const [line, given] of rows) t.same((await run(line)).given, given, line)
})

t.test('a mistyped line does nothing, ends with 2 and says what was probably meant', async (t) => {
  const rows: [string, string, RegExp][] = [
    ['fed', 'COMMAND_UNKNOWN', /Did you mean feed\?/],
    ['zebra', 'COMMAND_UNKNOWN', /no command zebra\.\n/],
    ['feed --sped 1', 'COMMAND_OPTION_UNKNOWN', /Did you mean --speed\?/],
    ['feed --constructor', 'COMMAND_OPTION_UNKNOWN', /no option --constructor/],
    ['feed --data --speed 1', 'COMMAND_OPTION_NEEDS_VALUE', /--data needs a value: --data DIR/],
    ['feed --data', 'COMMAND_OPTION_NEEDS_VALUE', /--data/],
    ['feed --quiet=no', 'COMMAND_OPTION_TAKES_NONE', /--quiet/],
    ['bare more', 'COMMAND_ARGUMENT_UNEXPECTED', /more/],
  ]
  for (const [line, code, says] of rows) {
    const { status, error, given } = await run(line)
    t.equal(status, 2, line)
    t.ok(error.startsWith(`${code}: `), error)
    t.match(error, says)
    t.match(error, /What to do: /)
    t.equal(given, undefined, 'it did not run')
  }
})

t.test('help lists the commands, and the options of each', async (t) => {
  for (const line of ['--help', '-h'])
    t.match(await run(line), { status: 0, out: /feed +Feeds a recording/ })
  t.match(
    await run(''),
    { status: 2, out: /Usage/ },
    'nothing asked is shown the same, but is no success',
  )
  const { status, out } = await run('feed --speed 9 -h')
  t.equal(status, 0)
  t.match(out, /--speed N +how fast \(default: 30\)/)
  t.match(out, /-q, --quiet +says less/)
  t.match(await run('bare --help'), { status: 0, out: /-h, --help/ })
})

t.test('the status is what the command says, and 1 with the reason when it throws', async (t) => {
  t.equal((await run('bare')).status, 3)
  t.match(await run('broken'), { status: 1, error: /UNEXPECTED: out of luck/ })
})

t.test('a slip of a finger is found again, another word is not', async (t) => {
  const words = ['start', 'replay', 'doctor']
  const rows: [string, string | undefined][] = [
    ['strat', 'start'],
    ['repaly', 'replay'],
    ['doctors', 'doctor'],
    ['stop', undefined],
    ['', undefined],
  ]
  for (const [typed, meant] of rows) t.equal(nearest(typed, words), meant, typed)
  t.equal(distance('kitten', 'sitting'), 3)
})
