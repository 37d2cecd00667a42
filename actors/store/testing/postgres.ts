import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Database, Sql } from '../sql.ts'

/** A real PostgreSQL server of this machine, for as long as a test lasts. */
export type Postgres = Database & { readonly version: string; stop(): Promise<void> }

/** The folder of the newest PostgreSQL programs on this machine, or why there is none to test with. */
export const findPostgres = (): { readonly bin: string } | { readonly because: string } => {
  const root = '/usr/lib/postgresql'
  try {
    const newest = readdirSync(root)
      .map(Number)
      .sort((a, b) => b - a)[0]
    const bin = join(root, String(newest), 'bin')
    for (const program of ['initdb', 'postgres', 'psql']) execFileSync(join(bin, program), ['--version'])
    return { bin }
  } catch {
    return { because: `no PostgreSQL server below ${root}` }
  }
}

/** Starts a new, empty server on a socket in a directory of its own. */
export const startPostgres = async (bin: string): Promise<Postgres> => {
  const dir = mkdtempSync(join(tmpdir(), 'store-postgres-'))
  const who = runner()
  if (who) chownSync(dir, who.uid, who.gid)
  const data = join(dir, 'data')
  execFileSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'owner', '--no-sync'], {
    ...who,
    stdio: 'ignore',
    cwd: dir,
  })
  const args = ['-D', data, '-k', dir, '-c', 'listen_addresses=', '-c', 'fsync=off']
  const server = spawn(join(bin, 'postgres'), args, { ...who, stdio: ['ignore', 'ignore', 'pipe'], cwd: dir })
  await ready(server)
  const client = spawn(join(bin, 'psql'), ['-XqAt', '-h', dir, '-U', 'owner', 'postgres'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const db = databaseOver(client)
  const stop = async () => {
    client.kill()
    server.kill('SIGINT')
    await once(server, 'exit')
    rmSync(dir, { recursive: true, force: true })
  }
  const { rows } = await db.query<{ version: string }>(`select current_setting('server_version') as version`)
  return { ...db, version: rows[0]!.version, stop }
}

// PostgreSQL refuses to run as root.
const runner = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

const ready = async (server: ChildProcess) => {
  for await (const line of createInterface({ input: server.stderr! }))
    if (line.includes('ready to accept connections')) return void server.stderr!.resume()
  throw new Error('the server ended before it was ready')
}

/** The store's database over a psql that is open: parameters are written into the statement, rows come as JSON. */
const databaseOver = (client: ChildProcess): Database => {
  const say = conversation(client)
  const sql: Sql = {
    exec: (statements) => say(`${statements};`),
    query: async (statement, parameters = []) => {
      const whole = statement.replace(/\$(\d+)/g, (_, n: string) => literal(parameters[Number(n) - 1])).trim()
      const answer = await say(
        /^select/i.test(whole) ? `select coalesce(json_agg(one), '[]') from (${whole}) as one;` : `${whole};`,
      )
      return { rows: /^select/i.test(whole) ? JSON.parse(answer) : [] }
    },
  }
  const transaction: Database['transaction'] = async (work) => {
    await say('begin;')
    try {
      const result = await work(sql)
      await say('commit;')
      return result
    } catch (thrown) {
      await say('rollback;')
      throw thrown
    }
  }
  return { ...sql, transaction }
}

const literal = (value: unknown) => (value === null ? 'null' : `'${String(value).replaceAll(`'`, `''`)}'`)

// Errors come on another pipe than answers, so each statement is followed by a mark on both.
const conversation = (client: ChildProcess) => {
  const answers = createInterface({ input: client.stdout! })[Symbol.asyncIterator]()
  const complaints = createInterface({ input: client.stderr! })[Symbol.asyncIterator]()
  const mark = '-- that was all --'
  const until = async (lines: AsyncIterator<string>) => {
    const heard: string[] = []
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`psql ended: ${heard.join('\n')}`)
      if (value === mark) return heard.join('\n')
      heard.push(value)
    }
  }
  client.stdin!.write('\\set VERBOSITY verbose\n')
  return async (statement: string) => {
    client.stdin!.write(`${statement}\n\\echo ${mark}\n\\warn ${mark}\n`)
    const [answer, complaint] = await Promise.all([until(answers), until(complaints)])
    const [, code, message] = /^ERROR: {2}(\w{5}): (.*)$/m.exec(complaint) ?? []
    if (code) throw Object.assign(new Error(message), { code })
    return answer
  }
}
