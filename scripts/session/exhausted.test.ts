import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { child, supervisor, type Policy } from '#engine/mod.ts'
import { openGround, shippedRecording, startSession, type Session } from './open.ts'
import { quiet } from './testing/play.ts'
import failing from './testing/failing.actor.ts'

const policy: Policy = {
  restart: 'one-for-one', atMost: 0, withinMs: 60_000, then: 'escalate', delayMs: 10, delayMsMax: 10,
}

t.test('what fails beside trading too often exhausts the session, which has stopped in order by then', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'exhausted-'))
  t.teardown(() => rmSync(data, { recursive: true, force: true }))
  const options = { data, recording: shippedRecording, speed: 1, from: null, log: quiet, say: () => undefined }
  const ground = await openGround(options)
  const front = supervisor('front', policy, () => [child(failing, null, { name: 'api', loop: 'event' })])
  let session: Session | null = null
  t.teardown(() => session?.stop())
  session = await startSession(ground, options, () => [front])
  const because = await session.exhausted
  t.match(because, /^front: It failed 4 times within 600 s\. api: It failed 1 times within 60 s\.$/)
  const trading = session.system.actors().find(({ id }) => id === 'trading')
  t.same([trading?.state, trading?.restarts], ['stopped', 0])
  t.equal(session.halt(), null)
})
