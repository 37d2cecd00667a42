import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { startDemo } from '#api/testing/demo-server.ts'
import type { SystemView } from '#api/contract.ts'
import { addressOf, forgetAddress, originOf, tellAddress } from './address.ts'
import { runningOver } from './running.ts'
import { sessionToken } from './token.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../ringmaster.ts')
const ringmaster = (...args: string[]) => run(process.execPath, [program, ...args])

const folder = mkdtempSync(join(tmpdir(), 'ringmaster-running-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const token = sessionToken(folder)
const { app, address } = await startDemo({ port: 0, speed: 30, seed: 7, warm: 5, fleet: 30, token })
t.teardown(() => app.close())

t.test('an address is told to its owner alone, replaces the one before, and is forgotten', async (t) => {
  t.equal(addressOf(folder), null)
  writeFileSync(join(folder, 'address'), 'http://elsewhere\n', { mode: 0o644 })
  tellAddress(folder, address)
  t.equal(addressOf(folder), address)
  if (process.platform !== 'win32') t.equal(statSync(join(folder, 'address')).mode & 0o777, 0o600)
  forgetAddress(folder)
  t.equal(addressOf(folder), null)
  t.same(readdirSync(folder), ['session-key'], 'nothing is left behind')
  t.equal(originOf('0.0.0.0', 8420), 'http://127.0.0.1:8420', 'who listens everywhere is reached here')
  t.equal(originOf('::1', 8420), 'http://[::1]:8420')
})

t.test('the engine is found by its data directory; one that is gone, or never was, is said not to run', async (t) => {
  await t.rejects(runningOver(join(folder, 'nowhere')).get('/run'), { code: 'SESSION_NOT_RUNNING' })
  tellAddress(folder, address)
  t.equal((await runningOver(folder).get<SystemView>('/system')).rings.length, 2)
  await t.rejects(runningOver(folder).get('/strategies/nobody'), { code: 'API_UNKNOWN' })
  const gone = await startDemo({ port: 0, speed: 30, seed: 7, warm: 0, token })
  await gone.app.close()
  tellAddress(folder, gone.address)
  await t.rejects(runningOver(folder).get('/run'), { code: 'SESSION_NOT_RUNNING' }, 'as after a crash')
})

t.test('top prints one table where there is no terminal, the tree, and figures for scripts', async (t) => {
  tellAddress(folder, address)
  const [table, tree, json] = await Promise.all([
    ringmaster('top', '--data', folder),
    ringmaster('top', '--data', folder, '--once', '--tree'),
    ringmaster('top', '--data', folder, '--json'),
  ])
  const lines = table.stdout.trimEnd().split('\n')
  t.match(lines[0], /^REPLAY/)
  t.match(lines[2], /^ACTOR +STATE/)
  t.equal(lines.length, 3 + 37, 'every actor has a row')
  t.notMatch(table.stdout, '\x1b', 'and nothing of a terminal in it')
  t.match(tree.stdout, /└─ api/)
  t.equal((JSON.parse(json.stdout) as { actors: unknown[] }).actors.length, 40)
})

t.test('a profile is saved where it was asked for; a refusal says what to do and leaves no file', async (t) => {
  tellAddress(folder, address)
  const file = join(folder, 'risk.cpuprofile')
  const { stdout } = await ringmaster('profile', 'risk', '--seconds', '1', '--data', folder, '--out', file)
  t.match(stdout, /risk\.cpuprofile, 0\.0 MB/)
  t.same(JSON.parse(readFileSync(file, 'utf8')), { nodes: [], samples: [] })
  const says = async (...args: string[]) =>
    ringmaster(...args, '--data', folder, '--out', join(folder, 'none')).then(
      () => 'it worked', (error: { stderr: string }) => error.stderr)
  t.match(await says('heap', 'risk'), /DEMO_NO_HEAP: risk is made up.*What to do: Ask a running engine/s)
  t.match(await says('profile', 'nobody'), /API_UNKNOWN: There is no actor "nobody"/)
  t.match(await says('profile', 'risk', '--seconds', '61'), /COMMAND_VALUE_INVALID.*from 1 to 60/)
  t.match(await says('heap'), /COMMAND_ARGUMENT_MISSING: ACTOR is missing/)
  t.notOk(readdirSync(folder).some((name) => name.startsWith('none')))
})
