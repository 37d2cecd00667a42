import t from 'tap'
import { virtualClock } from '#engine/mod.ts'
import { lookOver } from './look.ts'
import { anActor, aSystem } from './testing/actor.ts'

t.test(
  'one question serves all who ask meanwhile and shortly after, and no one later',
  async (t) => {
    const clock = virtualClock()
    let asked = 0
    const control = {
      actors: async () => [anActor({ id: `asked ${++asked}` })],
      system: async () => aSystem(),
    }
    const look = lookOver(control, clock)
    const answers = await Promise.all([look.actors(), look.actors()])
    t.same(
      answers.map(([one]) => one!.id),
      ['asked 1', 'asked 1'],
    )
    clock.advance(199)
    t.equal((await look.actors())[0]!.id, 'asked 1')
    clock.advance(1)
    t.equal((await look.actors())[0]!.id, 'asked 2')
    look.forget()
    t.equal(
      (await look.actors())[0]!.id,
      'asked 3',
      'after a change an older answer is not good enough',
    )
  },
)

t.test('an answer that was asked for before a change is not kept after it', async (t) => {
  const clock = virtualClock()
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = 0
  const actors = async () => {
    const mine = ++asked
    if (mine === 1) await promise
    return [anActor({ id: `asked ${mine}` })]
  }
  const look = lookOver({ actors, system: async () => aSystem() }, clock)
  const first = look.actors()
  look.forget()
  t.equal((await look.actors())[0]!.id, 'asked 2')
  resolve()
  t.equal((await first)[0]!.id, 'asked 1')
  t.equal((await look.actors())[0]!.id, 'asked 2', 'the late answer did not replace the newer one')
})

t.test('a failure is not kept', async (t) => {
  let asked = 0
  const actors = async () => {
    if (++asked === 1) throw new Error('the supervisor is busy')
    return [anActor({ id: 'risk' })]
  }
  const look = lookOver({ actors, system: async () => aSystem() }, virtualClock())
  await t.rejects(look.actors())
  t.equal((await look.actors()).length, 1)
})
